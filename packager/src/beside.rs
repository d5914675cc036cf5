//! Shared libraries that lie beside a library in its zip, or that a layer brings: where the dynamic linker finds them, and what they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, Result};
use object::{
    elf::{self, FileHeader64},
    read::elf::{ElfFile, FileHeader},
};

use crate::{Breach, Entry, GlibcVersion, Limits, check_elf};

/// Where Lambda unpacks a zip.
const TASK_ROOT: &str = "/var/task";

/// The folders of a zip that Lambda's runtimes have in `LD_LIBRARY_PATH`.
const SEARCHED: [&str; 2] = ["", "lib"];

/// What there is besides the runtime's own libraries.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The zip's files, by their names in it.
    pub files: BTreeMap<String, Entry>,
    /// The names of libraries that layers bring.
    pub provided: Vec<String>,
}

/// A library that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its name in the zip; `None` for the one that is checked.
    pub beside: Option<String>,
    /// What is wrong.
    pub breaches: Vec<Breach>,
    /// The names in the zip of files that are called like a library that it needs, and lie where none is looked for.
    pub misplaced: Vec<String>,
}

impl Surroundings {
    /// What of `breaches`, those of `library`, remains where the libraries that it needs may lie beside it; and what is wrong with those.
    ///
    /// # Errors
    ///
    /// When a library that lies in the zip can't be read, or is none.
    pub fn judge(&self, library: &[u8], breaches: Vec<Breach>, glibc: &GlibcVersion) -> Result<Vec<Judged>> {
        let mut refused = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(None, library.to_vec(), breaches)];
        while let Some((beside, content, breaches)) = waiting.pop() {
            let folders = searched(beside.as_deref(), &content)?;
            let mut judged = Judged {
                beside,
                breaches: Vec::new(),
                misplaced: Vec::new(),
            };
            for breach in breaches {
                let Breach::Needed(needed) = &breach else {
                    judged.breaches.push(breach);
                    continue;
                };
                if self.provided.contains(needed) {
                    continue;
                }
                let found = folders
                    .iter()
                    .find_map(|folder| self.files.get_key_value(&joined(folder, needed)));
                let Some((name, entry)) = found else {
                    let ending = format!("/{needed}");
                    judged
                        .misplaced
                        .extend(self.files.keys().find(|name| name.ends_with(&ending)).cloned());
                    judged.breaches.push(breach);
                    continue;
                };
                if seen.insert(name) {
                    waiting.push(Self::checked(name, entry, glibc)?);
                }
            }
            if !judged.breaches.is_empty() {
                refused.push(judged);
            }
        }
        Ok(refused)
    }

    /// What is wrong with a library of the zip, which is loaded as the one is that needs it, and may show what it likes.
    fn checked(name: &str, entry: &Entry, glibc: &GlibcVersion) -> Result<(Option<String>, Vec<u8>, Vec<Breach>)> {
        let content = fs::read(&entry.source).with_context(|| format!("{name} can't be read"))?;
        let limits = Limits {
            glibc: glibc.clone(),
            exports: Some(vec![String::new()]),
        };
        let breaches = check_elf(&content, &limits)
            .with_context(|| format!("{name}, which the library needs and the zip has, is no shared library"))?;
        Ok((Some(name.to_owned()), content, breaches))
    }
}

/// The folders of the zip in which a library's own needs are looked for.
fn searched(beside: Option<&str>, library: &[u8]) -> Result<Vec<String>> {
    let origin = beside
        .and_then(|name| name.rsplit_once('/'))
        .map_or("", |(folder, _)| folder);
    let mut folders: Vec<String> = SEARCHED.map(str::to_owned).into();
    for path in run_paths(library)? {
        let relative = path
            .strip_prefix("$ORIGIN")
            .or_else(|| path.strip_prefix("${ORIGIN}"))
            .map(|rest| format!("{origin}{rest}"))
            .or_else(|| path.strip_prefix(TASK_ROOT).map(str::to_owned));
        folders.extend(relative.and_then(|path| normal(&path)));
    }
    Ok(folders)
}

/// The paths that a library says its needs are looked for in.
fn run_paths(library: &[u8]) -> Result<Vec<String>> {
    let elf = ElfFile::<FileHeader64<object::Endianness>>::parse(library)?;
    let endian = elf.endian();
    let dynamic = elf
        .elf_header()
        .sections(endian, library)?
        .dynamic_table(endian, library)?;
    let mut paths = Vec::new();
    for entry in dynamic.iter() {
        if entry.tag == elf::DT_RUNPATH || entry.tag == elf::DT_RPATH {
            let list = String::from_utf8_lossy(dynamic.string(entry)?).into_owned();
            paths.extend(list.split(':').map(str::to_owned));
        }
    }
    Ok(paths)
}

/// A folder of the zip without `.` and `..`; `None` if it leads out.
fn normal(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The test itself, in place of a library: it needs `libgcc_s.so.1`, which no runtime of Lambda's need have, and a new glibc.
    fn this() -> Result<(PathBuf, Vec<u8>, GlibcVersion)> {
        let path = std::env::current_exe()?;
        let content = fs::read(&path)?;
        Ok((path, content, "2.2.4".parse()?))
    }

    fn needed(name: &str) -> Breach {
        Breach::Needed(name.to_owned())
    }

    fn with(name: &str, source: PathBuf) -> Surroundings {
        let entry = Entry {
            name: name.to_owned(),
            source,
            owner: String::new(),
        };
        Surroundings {
            files: BTreeMap::from([(name.to_owned(), entry)]),
            provided: Vec::new(),
        }
    }

    #[test]
    fn what_a_layer_brings_is_not_missed() -> Result<()> {
        let (_, library, glibc) = this()?;
        let breaches = vec![needed("libone.so.1"), needed("libtwo.so.1")];
        let surroundings = Surroundings {
            provided: vec!["libone.so.1".to_owned()],
            ..Surroundings::default()
        };
        let refused = surroundings.judge(&library, breaches, &glibc)?;
        assert_eq!(
            refused,
            [Judged {
                beside: None,
                breaches: vec![needed("libtwo.so.1")],
                misplaced: Vec::new()
            }]
        );
        Ok(())
    }

    #[test]
    fn what_lies_where_it_is_looked_for_is_checked_in_turn() -> Result<()> {
        let (path, library, glibc) = this()?;
        for name in ["libone.so.1", "lib/libone.so.1"] {
            let refused = with(name, path.clone()).judge(&library, vec![needed("libone.so.1")], &glibc)?;
            let [judged] = refused.as_slice() else {
                panic!("{refused:?}");
            };
            assert_eq!(judged.beside.as_deref(), Some(name));
            assert!(judged.breaches.contains(&needed("libgcc_s.so.1")), "{judged:?}");
            assert!(
                judged
                    .breaches
                    .iter()
                    .any(|breach| matches!(breach, Breach::TooNew { .. })),
                "{judged:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn what_lies_elsewhere_is_pointed_at() -> Result<()> {
        let (path, library, glibc) = this()?;
        let refused = with("vendor/libone.so.1", path).judge(&library, vec![needed("libone.so.1")], &glibc)?;
        assert_eq!(
            refused,
            [Judged {
                beside: None,
                breaches: vec![needed("libone.so.1")],
                misplaced: vec!["vendor/libone.so.1".to_owned()]
            }]
        );
        Ok(())
    }

    #[test]
    fn paths_stay_in_the_zip() {
        assert_eq!(normal("a/../b/./c").as_deref(), Some("b/c"));
        assert_eq!(normal("/vendor/").as_deref(), Some("vendor"));
        assert_eq!(normal("").as_deref(), Some(""));
        assert_eq!(normal("a/../.."), None);
    }
}
