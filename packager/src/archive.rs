//! A zip whose bytes depend on its entries alone: sorted, with fixed times and modes.
//!
//! A file's mode on the disk does not count. A build system shows its actions one that may not be the author's: Bazel makes whatever a rule
//! built executable, hands every input to a remote machine as executable, and does not run an action again when only a mode has changed.
//! So what can be executed is told by content, in the way that Linux tells it.

use std::{fs, io::Write};

use anyhow::{Context, Result};
use libdeflater::{CompressionLvl, Compressor, crc32};
use packing_list::{Entry, files};
use rawzip::{CompressionMethod, DataDescriptorOutput, ZipArchiveWriter};

/// How hard to look for a smaller form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// What takes no time that anybody notices.
    Fast,
    /// As much as pays where the zip is loaded often.
    Best,
}

impl Effort {
    fn level(self) -> CompressionLvl {
        match self {
            Effort::Fast => CompressionLvl::default(),
            // It looks for the smallest form of all, as Zopfli does, in a tenth of the time.
            Effort::Best => CompressionLvl::best(),
        }
    }
}

/// Writes a zip of the entries: the files, and all files that lie in the folders.
///
/// # Errors
///
/// As [`files`]; or when the output can't be written.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let source = folder.path().join("index.py");
/// # std::fs::write(&source, "")?;
/// use packager::{Effort, Entry, unpacked_size, write_zip};
///
/// let entry = Entry { name: "index.py".to_owned(), source, owner: "//app:shim".to_owned() };
/// let mut zip = std::io::Cursor::new(Vec::new());
/// write_zip(&mut zip, &[entry], Effort::Best)?;
/// assert_eq!(unpacked_size(zip)?, 0);
/// # Ok(())
/// # }
/// ```
pub fn write_zip<W: Write>(output: W, entries: &[Entry], effort: Effort) -> Result<()> {
    let mut zip = ZipArchiveWriter::new(output);
    let mut compressor = Compressor::new(effort.level());
    for (name, entry) in files(entries)? {
        let content = fs::read(&entry.source).with_context(|| format!("{} can't be read", entry.described()))?;
        let mut deflated = vec![0; compressor.deflate_compress_bound(content.len())];
        let size = compressor.deflate_compress(&content, &mut deflated)?;
        // Without a time of modification: that is zip's first, 1980.
        let (mut file, _) = zip
            .new_file(name.as_str())
            .compression_method(CompressionMethod::DEFLATE)
            .unix_permissions(if is_executable(&content) { 0o755 } else { 0o644 })
            .start()?;
        file.write_all(&deflated[..size])?;
        file.finish(DataDescriptorOutput::new(crc32(&content), content.len() as u64))?;
    }
    zip.finish()?;
    Ok(())
}

/// Whether Linux can execute a file of this content, or a program load it as code: an ELF file, or a script that names its interpreter.
pub(crate) fn is_executable(content: &[u8]) -> bool {
    elf::is_elf(content) || content.starts_with(b"#!")
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Cursor, Read},
        os::unix::fs::PermissionsExt,
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
    fn the_order_in_which_a_folder_is_listed_does_not_show() -> Result<()> {
        let folder = tempfile::tempdir()?;
        for name in ["z.txt", "b.txt", "a=1.txt", "a.txt"] {
            fs::write(folder.path().join(name), name)?;
        }
        let names: Vec<String> = modes(pack(&[entry("pages", folder.path())])?)?
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["pages/a.txt", "pages/a=1.txt", "pages/b.txt", "pages/z.txt"]);
        Ok(())
    }
}
