//! Shared libraries that lie beside a library in its zip, or that a layer brings: where the dynamic linker finds them, and what they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use object::{
    elf::{self, FileHeader64},
    read::elf::{ElfFile, FileHeader},
};

use crate::{Breach, GlibcVersion, Limits, check_elf};

/// Where Lambda unpacks a zip.
pub const TASK_ROOT: &str = "/var/task";

/// Where Lambda unpacks layers.
pub const LAYERS_ROOT: &str = "/opt";

/// The folders of zips and layers that Lambda's runtimes have in
/// [`LD_LIBRARY_PATH`](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
const SEARCHED: [&str; 3] = ["/var/task", "/var/task/lib", "/opt/lib"];

/// What there is besides the runtime's own libraries.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// # let library = std::fs::read(std::env::current_exe()?)?;
/// use elf::{Breach, Surroundings};
///
/// let surroundings = Surroundings { provided: vec!["libone.so.1".to_owned()], ..Surroundings::default() };
/// let breaches = vec![Breach::Needed("libone.so.1".to_owned())];
/// assert!(surroundings.refused(&library, breaches, &"2.34".parse()?)?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The folder that the library lies in.
    pub home: String,
    /// Where the files of the zip and of its layers are, by their paths on Lambda.
    pub files: BTreeMap<String, PathBuf>,
    /// The names of libraries that layers of others bring.
    pub provided: Vec<String>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            home: TASK_ROOT.to_owned(),
            files: BTreeMap::new(),
            provided: Vec::new(),
        }
    }
}

/// A library that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLibrary {
    /// Its path on Lambda; `None` for the one that is checked.
    pub path: Option<String>,
    /// What is wrong.
    pub breaches: Vec<Breach>,
    /// The paths of files that are called like a library that it needs, and lie where none is looked for.
    pub misplaced: Vec<String>,
}

impl Surroundings {
    /// What of `breaches`, those of `library`, remains where the libraries that it needs may lie beside it; and what is wrong with those.
    ///
    /// Libraries are looked for as [ld.so](https://man7.org/linux/man-pages/man8/ld.so.8.html) does.
    ///
    /// # Errors
    ///
    /// When a library that lies in the zip can't be read, or is none.
    pub fn refused(&self, library: &[u8], breaches: Vec<Breach>, glibc: &GlibcVersion) -> Result<Vec<RefusedLibrary>> {
        let mut refused = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(None, library.to_vec(), breaches)];
        while let Some((path, content, breaches)) = waiting.pop() {
            let origin = path.as_deref().map_or(&*self.home, folder);
            let folders = searched(origin, &content)?;
            let mut library = RefusedLibrary {
                path,
                breaches: Vec::new(),
                misplaced: Vec::new(),
            };
            for breach in breaches {
                let Breach::Needed(needed) = &breach else {
                    library.breaches.push(breach);
                    continue;
                };
                if self.provided.contains(needed) {
                    continue;
                }
                let found = folders
                    .iter()
                    .find_map(|folder| self.files.get_key_value(&format!("{folder}/{needed}")));
                let Some((name, source)) = found else {
                    let ending = format!("/{needed}");
                    library
                        .misplaced
                        .extend(self.files.keys().find(|name| name.ends_with(&ending)).cloned());
                    library.breaches.push(breach);
                    continue;
                };
                if seen.insert(name) {
                    waiting.push(Self::checked(name, source, glibc)?);
                }
            }
            if !library.breaches.is_empty() {
                refused.push(library);
            }
        }
        Ok(refused)
    }

    /// What is wrong with a library of the zip or of a layer, which is loaded as the one is that needs it, and may show what it likes.
    fn checked(name: &str, source: &Path, glibc: &GlibcVersion) -> Result<(Option<String>, Vec<u8>, Vec<Breach>)> {
        let content = fs::read(source).with_context(|| format!("{name} can't be read"))?;
        let limits = Limits {
            glibc: glibc.clone(),
            exports: Some(vec![String::new()]),
        };
        let breaches = check_elf(&content, &limits)
            .with_context(|| format!("{name}, which the library needs, is no shared library"))?;
        Ok((Some(name.to_owned()), content, breaches))
    }
}

/// The folder of a path.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders in which the needs of a library that lies in `origin` are looked for.
fn searched(origin: &str, library: &[u8]) -> Result<Vec<String>> {
    let mut folders: Vec<String> = SEARCHED.map(str::to_owned).into();
    for path in run_paths(library)? {
        let path = path
            .strip_prefix("$ORIGIN")
            .or_else(|| path.strip_prefix("${ORIGIN}"))
            .map_or_else(|| path.clone(), |rest| format!("{origin}{rest}"));
        // A relative one is looked for in the working folder, which a program may change.
        if path.starts_with('/') {
            folders.push(normal(&path));
        }
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

/// An absolute path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.iter().map(|part| format!("/{part}")).collect()
}

#[cfg(test)]
mod tests {
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
        Surroundings {
            files: BTreeMap::from([(name.to_owned(), source)]),
            ..Surroundings::default()
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
        let refused = surroundings.refused(&library, breaches, &glibc)?;
        assert_eq!(
            refused,
            [RefusedLibrary {
                path: None,
                breaches: vec![needed("libtwo.so.1")],
                misplaced: Vec::new()
            }]
        );
        Ok(())
    }

    #[test]
    fn what_lies_where_it_is_looked_for_is_checked_in_turn() -> Result<()> {
        let (path, library, glibc) = this()?;
        for name in [
            "/var/task/libone.so.1",
            "/var/task/lib/libone.so.1",
            "/opt/lib/libone.so.1",
        ] {
            let refused = with(name, path.clone()).refused(&library, vec![needed("libone.so.1")], &glibc)?;
            let [library] = refused.as_slice() else {
                panic!("{refused:?}");
            };
            assert_eq!(library.path.as_deref(), Some(name));
            assert!(library.breaches.contains(&needed("libgcc_s.so.1")), "{library:?}");
            assert!(
                library
                    .breaches
                    .iter()
                    .any(|breach| matches!(breach, Breach::TooNew { .. })),
                "{library:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn what_lies_elsewhere_is_pointed_at() -> Result<()> {
        let (path, library, glibc) = this()?;
        for name in ["/var/task/vendor/libone.so.1", "/opt/libone.so.1"] {
            let refused = with(name, path.clone()).refused(&library, vec![needed("libone.so.1")], &glibc)?;
            assert_eq!(
                refused,
                [RefusedLibrary {
                    path: None,
                    breaches: vec![needed("libone.so.1")],
                    misplaced: vec![name.to_owned()]
                }]
            );
        }
        Ok(())
    }

    #[test]
    fn paths_are_as_the_linker_follows_them() {
        assert_eq!(normal("/var/task/a/../b/./c"), "/var/task/b/c");
        assert_eq!(normal("/opt/python//../lib/"), "/opt/lib");
        assert_eq!(normal("/.."), "");
    }
}
