//! The list of what is packed: files and folders, their paths in an archive, and whose they are.
//!
//! Bazel writes it, and whoever packs, or checks what will lie beside a library, reads it.

#![forbid(unsafe_code)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// A file, or a folder, to pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the zip, with `/`.
    pub name: String,
    /// Where its content is.
    pub source: PathBuf,
    /// Whose it is, for messages: a target's label, or nothing.
    pub owner: String,
}

impl Entry {
    /// Names it in a message: by its owner, if it has one, and by where it is.
    pub fn described(&self) -> String {
        let source = self.source.display();
        if self.owner.is_empty() {
            source.to_string()
        } else {
            format!("{} ({source})", self.owner)
        }
    }
}

/// Reads a packing list: three lines for each file or folder, its path in the archive, where it is, and whose it is.
///
/// # Errors
///
/// When the list can't be read, or has lines that are not three for each.
pub fn read_list(path: &Path) -> Result<Vec<Entry>> {
    let list = fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let lines: Vec<&str> = list.lines().collect();
    let (entries, rest) = lines.as_chunks();
    if !rest.is_empty() {
        bail!(
            "{} has {} lines, which are not three for each file",
            path.display(),
            lines.len()
        );
    }
    Ok(entries
        .iter()
        .map(|[name, source, owner]| Entry {
            name: (*name).to_owned(),
            source: source.into(),
            owner: (*owner).to_owned(),
        })
        .collect())
}

/// The files that entries stand for, by their names in the zip: folders are walked, and links followed. A folder without files is none.
///
/// # Errors
///
/// When two entries have one name, or one is the other's folder; a name leads out of the archive; a source can't be read, or is neither a
/// file nor a folder.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let site = folder.path().join("site");
/// std::fs::create_dir(&site)?;
/// std::fs::write(site.join("index.html"), "<h1>Hello</h1>")?;
/// let entry = packing_list::Entry { name: "pages".to_owned(), source: site, owner: "//app:site".to_owned() };
/// let found = packing_list::files(&[entry])?;
/// assert_eq!(found.into_keys().collect::<Vec<_>>(), ["pages/index.html"]);
/// # Ok(())
/// # }
/// ```
pub fn files(entries: &[Entry]) -> Result<BTreeMap<String, Entry>> {
    let mut found = BTreeMap::new();
    for entry in entries {
        walk(entry, &mut Vec::new(), &mut found)?;
    }
    for (name, entry) in &found {
        for (end, _) in name.match_indices('/') {
            if let Some(other) = found.get(&name[..end]) {
                bail!(
                    "`{}` would be both a file and a folder in the zip: {} and {}; give one of them another path",
                    other.name,
                    other.described(),
                    entry.described()
                );
            }
        }
    }
    Ok(found)
}

/// Adds to `found` the files of an entry that lies in the folders `above`, by their canonical paths.
fn walk(entry: &Entry, above: &mut Vec<PathBuf>, found: &mut BTreeMap<String, Entry>) -> Result<()> {
    let unreadable = || format!("{} can't be read", entry.described());
    let name = entry.name.as_str();
    if name.starts_with('/')
        || name
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..")
    {
        bail!(
            "`{name}` can't be a path in a zip, where {} would be: it must be relative, without `.`, `..` or empty parts",
            entry.described()
        );
    }
    let metadata = fs::metadata(&entry.source).with_context(unreadable)?;
    if metadata.is_dir() {
        let canonical = entry.source.canonicalize().with_context(unreadable)?;
        if above.contains(&canonical) {
            bail!(
                "{} links to a folder that it lies in; take the link out",
                entry.described()
            );
        }
        above.push(canonical);
        for child in fs::read_dir(&entry.source).with_context(unreadable)? {
            let source = child.with_context(unreadable)?.path();
            walk(&inside(entry, source)?, above, found)?;
        }
        above.pop();
        return Ok(());
    }
    if !metadata.is_file() {
        bail!("{} is neither a file nor a folder; leave it out", entry.described());
    }
    if let Some(other) = found.insert(entry.name.clone(), entry.clone()) {
        bail!(
            "two files would be `{name}` in the zip: {} and {}; give one of them another path",
            other.described(),
            entry.described()
        );
    }
    Ok(())
}

/// What lies in the folder that `entry` is.
fn inside(entry: &Entry, source: PathBuf) -> Result<Entry> {
    let Some(name) = source.file_name().and_then(|name| name.to_str()) else {
        bail!(
            "in {}, {} has a name that is not UTF-8",
            entry.described(),
            source.display()
        );
    };
    Ok(Entry {
        name: format!("{}/{name}", entry.name),
        owner: entry.owner.clone(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn entry(name: &str, source: impl AsRef<Path>) -> Entry {
        Entry {
            name: name.to_owned(),
            source: source.as_ref().to_owned(),
            owner: format!("//:{name}"),
        }
    }

    #[test]
    fn folders_bring_their_files_with_what_their_links_lead_to() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("sub/deeper"))?;
        fs::create_dir(site.join("empty"))?;
        for name in ["sub/deeper/z.txt", "b.txt", "sub/a=1.txt", "a.txt"] {
            fs::write(site.join(name), name)?;
        }
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir(&elsewhere)?;
        fs::write(elsewhere.join("c.txt"), "c")?;
        symlink(&elsewhere, site.join("linked"))?;
        symlink("a.txt", site.join("first.txt"))?;
        let linked = folder.path().join("input");
        symlink(&site, &linked)?;
        let names: Vec<String> = files(&[entry("pages", &linked)])?.into_keys().collect();
        assert_eq!(
            names,
            [
                "pages/a.txt",
                "pages/b.txt",
                "pages/first.txt",
                "pages/linked/c.txt",
                "pages/sub/a=1.txt",
                "pages/sub/deeper/z.txt",
            ]
        );
        Ok(())
    }

    #[test]
    fn folders_that_cannot_be_packed_are_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        fs::create_dir(&site)?;
        symlink("gone", site.join("dangling"))?;
        let error = files(&[entry("site", &site)]).unwrap_err();
        assert!(format!("{error:#}").contains("dangling) can't be read"), "{error:#}");
        fs::remove_file(site.join("dangling"))?;

        symlink(".", site.join("around"))?;
        let error = files(&[entry("site", &site)]).unwrap_err();
        assert!(
            error.to_string().contains("links to a folder that it lies in"),
            "{error}"
        );
        fs::remove_file(site.join("around"))?;

        let _socket = std::os::unix::net::UnixListener::bind(site.join("socket"))?;
        let error = files(&[entry("site", &site)]).unwrap_err();
        assert!(error.to_string().contains("neither a file nor a folder"), "{error}");
        Ok(())
    }

    #[test]
    fn names_that_clash_or_lead_out_are_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::create_dir(&one)?;
        fs::write(one.join("b"), "")?;
        fs::write(&two, "")?;
        let message = |entries: &[Entry]| files(entries).unwrap_err().to_string();
        let mut clashing = entry("a/b", &two);
        clashing.owner = "//app:two".to_owned();
        assert_eq!(
            message(&[entry("a", &one), clashing]),
            format!(
                "two files would be `a/b` in the zip: //:a ({}/b) and //app:two ({}); give one of them another path",
                one.display(),
                two.display()
            )
        );
        assert_eq!(
            message(&[entry("a/b", &two), entry("a", &two)]),
            format!(
                "`a` would be both a file and a folder in the zip: //:a ({0}) and //:a/b ({0}); give one of them another path",
                two.display()
            )
        );
        for name in ["/a", "../a", "a//b", "./a", ""] {
            assert!(message(&[entry(name, &two)]).contains("can't be a path"), "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_list_has_three_lines_for_each() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("list");
        fs::write(&path, "a.txt\nsrc/a.txt\n//app:a\n")?;
        assert_eq!(
            read_list(&path)?,
            [Entry {
                name: "a.txt".to_owned(),
                source: "src/a.txt".into(),
                owner: "//app:a".to_owned()
            }]
        );
        fs::write(&path, "a.txt\nsrc/a.txt\n")?;
        let message = read_list(&path).unwrap_err().to_string();
        assert!(
            message.contains("has 2 lines, which are not three for each"),
            "{message}"
        );
        Ok(())
    }
}
