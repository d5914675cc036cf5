//! A zip whose bytes depend on its entries alone: sorted, with fixed times and modes.

use std::{
    collections::BTreeMap,
    fs,
    io::{Seek, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

/// A file to pack.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path in the zip, with `/`.
    pub name: String,
    /// Where its content is.
    pub source: PathBuf,
    /// Whether it can be executed, or loaded as code.
    pub executable: bool,
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

/// Writes a zip of the entries.
///
/// # Errors
///
/// When two entries have one name, a name leads out of the zip, a source can't be read, or the output can't be written.
pub fn write_zip<W: Write + Seek>(output: W, entries: &[Entry], effort: Effort) -> Result<()> {
    let mut sorted: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        let name = entry.name.as_str();
        if name.starts_with('/')
            || name
                .split('/')
                .any(|part| part.is_empty() || part == "." || part == "..")
        {
            bail!("`{name}` can't be a path in a zip: it must be relative, without `.`, `..` or empty parts");
        }
        if let Some(other) = sorted.insert(name, entry) {
            bail!(
                "two files would be `{name}` in the zip: {} and {}; give one of them another path",
                other.source.display(),
                entry.source.display()
            );
        }
    }
    let mut zip = ZipWriter::new(output);
    for (name, entry) in sorted {
        let content = fs::read(&entry.source).with_context(|| format!("{} can't be read", entry.source.display()))?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level(effort, content.len())))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(if entry.executable { 0o755 } else { 0o644 });
        zip.start_file(name, options)?;
        zip.write_all(&content)?;
    }
    zip.finish()?;
    Ok(())
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
    use std::io::{Cursor, Read};

    use super::*;

    fn entry(name: &str, source: &str, executable: bool) -> Entry {
        Entry {
            name: name.to_owned(),
            source: source.into(),
            executable,
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
        let (first, second) = (first.to_string_lossy(), second.to_string_lossy());
        let entries = [entry("lib/x.so", &first, true), entry("index.py", &second, false)];
        let one = pack(&entries)?;
        fs::write(&*first, "first")?;
        let other = pack(&[entries[1].clone(), entries[0].clone()])?;
        assert_eq!(one, other);

        let mut zip = zip::ZipArchive::new(Cursor::new(one))?;
        let names: Vec<String> = zip
            .file_names()
            .map(|name| Ok(name?.into_owned()))
            .collect::<Result<_>>()?;
        assert_eq!(names, ["index.py", "lib/x.so"]);
        assert_eq!(zip.by_name("index.py")?.unix_mode(), Some(0o100_644));
        assert_eq!(zip.by_name("lib/x.so")?.unix_mode(), Some(0o100_755));
        Ok(())
    }

    #[test]
    fn the_best_effort_makes_the_smaller_zip_of_the_same_content() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a");
        let mut content = fs::read(std::env::current_exe()?)?;
        content.truncate(20_000);
        fs::write(&path, &content)?;
        let entries = [entry("a", &path.to_string_lossy(), true)];
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
    fn names_that_clash_or_lead_out_are_refused() {
        let clash = pack(&[entry("a", "one", false), entry("a", "two", false)]).unwrap_err();
        assert_eq!(
            clash.to_string(),
            "two files would be `a` in the zip: one and two; give one of them another path"
        );
        for name in ["/a", "../a", "a//b", "./a", ""] {
            assert!(pack(&[entry(name, "one", false)]).is_err(), "{name}");
        }
    }
}
