//! The page cache, which files are put out of before a start that is to read them.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rustix::fs::{fadvise, sync, Advice};

use crate::processes::tree;

const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// What is in a standard library, and read by no function.
const NOT_READ: [&str; 2] = ["site-packages", "test"];

/// How files are put out of the page cache.
pub enum PageCache {
    /// Those that a function's start reads alone, as far as no process has them mapped.
    Files,
    /// All that the system holds.
    All,
}

impl PageCache {
    /// How, for the report.
    pub fn description(&self) -> &'static str {
        match self {
            Self::Files => {
                "`POSIX_FADV_DONTNEED` for the package's, the interpreter's and the client's files; what another process has mapped, as \
                 libc, stays"
            }
            Self::All => "`/proc/sys/vm/drop_caches`",
        }
    }

    /// Puts files out of it.
    ///
    /// # Errors
    ///
    /// If the system does not let it.
    pub fn evict(&self, files: &Files) -> Result<()> {
        match self {
            Self::Files => files.0.iter().try_for_each(|path| evict(path)),
            Self::All => {
                // What was not yet written stays otherwise.
                sync();
                fs::write(DROP_CACHES, "3")
                    .with_context(|| format!("cannot write {DROP_CACHES}: --drop-caches is for root"))
            }
        }
    }
}

fn evict(path: &Path) -> Result<()> {
    // A file that is gone, or that this user may not read, is not in the way.
    let Ok(file) = File::open(path) else {
        return Ok(());
    };
    fadvise(&file, 0, None, Advice::DontNeed).with_context(|| format!("cannot evict {}", path.display()))
}

/// The files that a function's start reads.
#[derive(Default)]
pub struct Files(BTreeSet<PathBuf>);

impl Files {
    /// Adds what is below a folder, and has it written to the disk, as only such pages can be evicted.
    ///
    /// # Errors
    ///
    /// If the folder cannot be listed.
    pub fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot list {}", folder.display()))?;
            let kind = entry
                .file_type()
                .with_context(|| format!("cannot look at {}", entry.path().display()))?;
            if kind.is_dir() {
                if !NOT_READ.iter().any(|name| entry.file_name() == *name) {
                    self.add_folder(&entry.path())?;
                }
            } else if kind.is_file() {
                let path = entry.path();
                if let Ok(file) = File::open(&path) {
                    file.sync_data()
                        .with_context(|| format!("cannot write {} to the disk", path.display()))?;
                }
                self.0.insert(path);
            }
        }
        Ok(())
    }

    /// Adds what a process, and those that it started, have mapped: interpreters and libraries.
    ///
    /// # Errors
    ///
    /// If the processes cannot be listed.
    pub fn add_mapped(&mut self, process: u32) -> Result<()> {
        for id in tree(process)? {
            // One that has just ended has none.
            let maps = fs::read_to_string(format!("/proc/{id}/maps")).unwrap_or_default();
            self.0.extend(mapped(&maps));
        }
        Ok(())
    }
}

/// The files that are named in a file `maps` of a process.
fn mapped(maps: &str) -> impl Iterator<Item = PathBuf> + '_ {
    maps.lines()
        .filter_map(|line| Some(&line[line.find('/')?..]))
        .filter(|path| !path.ends_with(" (deleted)") && !path.starts_with("/dev/") && !path.starts_with("/memfd:"))
        .map(PathBuf::from)
}

/// How many KiB a process, and those that it started, had to be read from a disk; nothing where the system does not tell.
pub fn read_kib(process: u32) -> Option<u64> {
    let mut bytes = 0;
    for id in tree(process).ok()? {
        let text = fs::read_to_string(format!("/proc/{id}/io")).ok()?;
        bytes += read_bytes(&text)?;
    }
    Some(bytes / 1024)
}

fn read_bytes(io: &str) -> Option<u64> {
    let value = io.lines().find_map(|line| line.strip_prefix("read_bytes:"))?;
    value.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_files_are_told_from_what_is_none() {
        let maps = "\
            55d0-55d1 r--p 00000000 08:01 7 /usr/bin/with space\n\
            55d1-55d2 rw-p 00000000 00:00 0 [heap]\n\
            55d2-55d3 rw-p 00000000 00:00 0\n\
            55d3-55d4 rw-s 00000000 00:01 9 /dev/zero\n\
            55d4-55d5 r-xp 00000000 08:01 8 /lib/libc.so.6\n\
            55d5-55d6 r-xp 00000000 08:01 8 /tmp/old.so (deleted)\n";
        let found: Vec<_> = mapped(maps).collect();
        assert_eq!(found, ["/usr/bin/with space", "/lib/libc.so.6"].map(PathBuf::from));
    }

    #[test]
    fn what_was_read_from_a_disk_is_told() {
        let io = "rchar: 5\nwchar: 6\nread_bytes: 4096\nwrite_bytes: 1\ncancelled_write_bytes: 0\n";
        assert_eq!(read_bytes(io), Some(4096));
        assert_eq!(read_bytes(""), None);
    }

    #[test]
    fn folders_are_read_to_their_end_but_for_what_no_function_reads() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.py", "json/b.py", "test/c.py", "site-packages/d.py"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut files = Files::default();
        files.add_folder(folder.path()).unwrap();
        let expected: BTreeSet<_> = ["a.py", "json/b.py"].map(|name| folder.path().join(name)).into();
        assert_eq!(files.0, expected);
        files.0.insert(folder.path().join("gone"));
        PageCache::Files.evict(&files).unwrap();
    }
}
