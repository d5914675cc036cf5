//! Shared libraries that lie beside a library in its zip, or that a layer brings: where the dynamic linker finds them, and what they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{Breach, GlibcVersion, Limits, Linkage, check_elf};

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
/// let surroundings: Surroundings = Surroundings { provided: vec!["libone.so.1".to_owned()], ..Surroundings::default() };
/// let breaches = vec![Breach::Needed("libone.so.1".to_owned())];
/// assert!(surroundings.refused(&library, breaches, &"2.34".parse()?)?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Surroundings<Source = PathBuf> {
    /// The folder that the library lies in.
    pub home: String,
    /// Where the files of the zip and of its layers are, by their paths on Lambda.
    pub files: BTreeMap<String, Source>,
    /// The names of libraries that layers of others bring.
    pub provided: Vec<String>,
}

impl<Source> Default for Surroundings<Source> {
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

impl<Source> Surroundings<Source> {
    /// What of `breaches`, those of the library that lies in `folder`, remains where the libraries that it needs may lie beside it; and the
    /// paths of those that do.
    ///
    /// Libraries are looked for as [ld.so](https://man7.org/linux/man-pages/man8/ld.so.8.html) does.
    ///
    /// # Errors
    ///
    /// When `library` is none.
    pub fn remaining(
        &self,
        folder: &str,
        library: &[u8],
        breaches: Vec<Breach>,
    ) -> Result<(RefusedLibrary, Vec<&String>)> {
        let folders = searched(folder, library)?;
        let mut refused = RefusedLibrary {
            path: None,
            breaches: Vec::new(),
            misplaced: Vec::new(),
        };
        let mut found = Vec::new();
        for breach in breaches {
            let Breach::Needed(needed) = &breach else {
                refused.breaches.push(breach);
                continue;
            };
            if self.provided.contains(needed) {
                continue;
            }
            let place = folders
                .iter()
                .find_map(|folder| self.files.get_key_value(&format!("{folder}/{needed}")));
            if let Some((path, _)) = place {
                found.push(path);
                continue;
            }
            let ending = format!("/{needed}");
            refused
                .misplaced
                .extend(self.files.keys().find(|name| name.ends_with(&ending)).cloned());
            refused.breaches.push(breach);
        }
        Ok((refused, found))
    }
}

impl Surroundings {
    /// What of `breaches`, those of `library`, remains where the libraries that it needs may lie beside it; and what is wrong with those.
    ///
    /// # Errors
    ///
    /// When a library that lies in the zip can't be read, or is none.
    pub fn refused(&self, library: &[u8], breaches: Vec<Breach>, glibc: &GlibcVersion) -> Result<Vec<RefusedLibrary>> {
        let mut refused = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![(None, library.to_vec(), breaches)];
        while let Some((path, content, breaches)) = waiting.pop() {
            let home = path.as_deref().map_or(&*self.home, folder);
            let (remaining, found) = self.remaining(home, &content, breaches)?;
            for name in found {
                if let Some(source) = self.files.get(name)
                    && seen.insert(name)
                {
                    waiting.push(Self::checked(name, source, glibc)?);
                }
            }
            if !remaining.breaches.is_empty() {
                refused.push(RefusedLibrary { path, ..remaining });
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
    for path in Linkage::read(library)?.run_paths {
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

    /// The test itself, in place of a library: it needs a new glibc.
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
        let surroundings: Surroundings = Surroundings {
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
