//! A zip whose bytes depend on its entries alone: sorted, with fixed times and modes.
//!
//! A file's mode on the disk does not count. A build system shows its actions one that may not be the author's: Bazel makes whatever a rule
//! built executable, hands every input to a remote machine as executable, and does not run an action again when only a mode has changed.
//! So what can be executed is told by content, in the way that Linux tells it.

use std::{
    collections::BTreeMap,
    fs,
    io::{Seek, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

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
    /// Names it in a message.
    pub(crate) fn described(&self) -> String {
        let source = self.source.display();
        if self.owner.is_empty() {
            source.to_string()
        } else {
            format!("{} ({source})", self.owner)
        }
    }
}

/// How hard to look for a smaller form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As little as pays.
    Fast,
    /// As much as pays where the zip is loaded often.
    Best,
}

/// A quick level of ordinary deflate.
const QUICK: i64 = 3;
/// The strongest level of ordinary deflate.
const DEFLATE: i64 = 9;
/// Zopfli's search for a smaller form that any inflate reads, in one round: more rounds double its time for a third of a percent.
const ZOPFLI: i64 = DEFLATE + 1;
/// Larger files are deflated as usual: Zopfli takes a second for a megabyte.
const ZOPFLI_MAX: usize = 4 << 20;

/// Writes a zip of the entries: the files, and all files that lie in the folders.
///
/// # Errors
///
/// When two entries have one name, or one is the other's folder; a name leads out of the zip; a source can't be read, or the output can't be
/// written.
pub fn write_zip<W: Write + Seek>(output: W, entries: &[Entry], effort: Effort) -> Result<()> {
    let mut zip = ZipWriter::new(output);
    for (name, entry) in files(entries)? {
        let content = fs::read(&entry.source).with_context(|| format!("{} can't be read", entry.described()))?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level(effort, content.len())))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(if is_executable(&content) { 0o755 } else { 0o644 });
        zip.start_file(name, options)?;
        zip.write_all(&content)?;
    }
    zip.finish()?;
    Ok(())
}

/// The files that entries stand for, by their names in the zip: folders are walked, and links followed. A folder without files is none.
///
/// # Errors
///
/// As [`write_zip`].
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

/// Whether Linux can execute a file of this content, or a program load it as code: an ELF file, or a script that names its interpreter.
pub(crate) fn is_executable(content: &[u8]) -> bool {
    content.starts_with(b"\x7fELF") || content.starts_with(b"#!")
}

fn level(effort: Effort, size: usize) -> i64 {
    match effort {
        Effort::Fast => QUICK,
        Effort::Best if size <= ZOPFLI_MAX => ZOPFLI,
        Effort::Best => DEFLATE,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Cursor, Read},
        os::unix::fs::{PermissionsExt, symlink},
        path::Path,
    };

    use super::*;

    fn entry(name: &str, source: impl AsRef<Path>) -> Entry {
        Entry {
            name: name.to_owned(),
            source: source.as_ref().to_owned(),
            owner: format!("//:{name}"),
        }
    }

    fn pack(entries: &[Entry]) -> Result<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        write_zip(&mut bytes, entries, Effort::Best)?;
        Ok(bytes.into_inner())
    }

    #[test]
    fn order_and_times_do_not_show() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&first, "first")?;
        fs::write(&second, "second")?;
        let entries = [entry("lib/x.txt", &first), entry("index.py", &second)];
        let one = pack(&entries)?;
        fs::write(&first, "first")?;
        let other = pack(&[entries[1].clone(), entries[0].clone()])?;
        assert_eq!(one, other);
        assert_eq!(
            modes(one)?,
            [("index.py".to_owned(), 0o644), ("lib/x.txt".to_owned(), 0o644)]
        );
        Ok(())
    }

    /// The names of a zip's entries, and the permissions that unpacking gives them.
    fn modes(zip: Vec<u8>) -> Result<Vec<(String, u32)>> {
        let mut zip = zip::ZipArchive::new(Cursor::new(zip))?;
        (0..zip.len())
            .map(|index| {
                let file = zip.by_index(index)?;
                let mode = file.unix_mode().context("it has no mode")?;
                Ok((file.name().map(|name| name.into_owned())?, mode & 0o777))
            })
            .collect()
    }

    #[test]
    fn what_linux_can_execute_is_executable_whatever_its_mode_is() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let contents: [(&str, &[u8]); 5] = [
            ("binary", b"\x7fELF\x02\x01\x01"),
            ("empty", b""),
            ("script", b"#!/bin/sh\n"),
            ("short", b"#"),
            ("text", b"{}"),
        ];
        for mode in [0o444, 0o555, 0o644, 0o755] {
            let mut entries = Vec::new();
            for (name, content) in contents {
                let path = folder.path().join(format!("{mode:o}.{name}"));
                fs::write(&path, content)?;
                fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
                entries.push(entry(name, path));
            }
            let modes: Vec<u32> = modes(pack(&entries)?)?.into_iter().map(|(_, mode)| mode).collect();
            assert_eq!(modes, [0o755, 0o644, 0o755, 0o644, 0o644], "{mode:o}");
        }
        Ok(())
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
        // The order in which a file system lists them does not show.
        let packed = pack(&[entry("pages", &linked)])?;
        let order: Vec<String> = modes(packed)?.into_iter().map(|(name, _)| name).collect();
        assert_eq!(order, names);
        Ok(())
    }

    #[test]
    fn folders_that_cannot_be_packed_are_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        fs::create_dir(&site)?;
        symlink("gone", site.join("dangling"))?;
        let error = pack(&[entry("site", &site)]).unwrap_err();
        assert!(format!("{error:#}").contains("dangling) can't be read"), "{error:#}");
        fs::remove_file(site.join("dangling"))?;

        symlink(".", site.join("around"))?;
        let error = pack(&[entry("site", &site)]).unwrap_err();
        assert!(
            error.to_string().contains("links to a folder that it lies in"),
            "{error}"
        );
        fs::remove_file(site.join("around"))?;

        let _socket = std::os::unix::net::UnixListener::bind(site.join("socket"))?;
        let error = pack(&[entry("site", &site)]).unwrap_err();
        assert!(error.to_string().contains("neither a file nor a folder"), "{error}");
        Ok(())
    }

    #[test]
    fn the_best_effort_makes_the_smaller_zip_of_the_same_content() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a");
        let mut content = fs::read(std::env::current_exe()?)?;
        content.truncate(20_000);
        fs::write(&path, &content)?;
        let entries = [entry("a", &path)];
        let best = pack(&entries)?;
        let mut fast = Cursor::new(Vec::new());
        write_zip(&mut fast, &entries, Effort::Fast)?;
        let mut zip = zip::ZipArchive::new(&mut fast)?;
        let mut unpacked = Vec::new();
        zip.by_name("a")?.read_to_end(&mut unpacked)?;
        assert!(unpacked == content);
        assert!(best.len() < fast.into_inner().len());
        Ok(())
    }

    #[test]
    fn names_that_clash_or_lead_out_are_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        fs::create_dir(&one)?;
        fs::write(one.join("b"), "")?;
        fs::write(&two, "")?;
        let message = |entries: &[Entry]| pack(entries).unwrap_err().to_string();
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
}
