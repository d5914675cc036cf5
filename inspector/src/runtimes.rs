//! Lambda's runtimes, and which of them a file is for.

use std::str::FromStr;

use anyhow::{Context, Result};
use elf::GlibcVersion;

/// A runtime of Lambda's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// Its identifier, such as `python3.13`.
    pub name: String,
    /// Its glibc.
    pub glibc: GlibcVersion,
}

impl FromStr for Runtime {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, glibc) = text.split_once('=').context("expected NAME=GLIBC")?;
        Ok(Self {
            name: name.to_owned(),
            glibc: glibc.parse()?,
        })
    }
}

/// Who loads or starts a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Loader {
    /// Python, of a version such as `3.13`.
    Python(String),
    /// A runtime whose identifier begins so.
    Family(&'static str),
    /// Any of them.
    Any,
}

/// The runtimes that a file may be for.
///
/// ```
/// use inspector::Runtimes;
///
/// let known = ["python3.11=2.26", "python3.13=2.34"].map(|runtime| runtime.parse().expect("it is one"));
/// assert_eq!(Runtimes(known.into()).to_string(), "python3.11 and python3.13");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runtimes(pub Vec<Runtime>);

impl Runtimes {
    /// Those that a loader may be.
    pub(crate) fn of(&self, loader: &Loader) -> Self {
        self.only(|runtime| match loader {
            Loader::Python(version) => runtime.name == format!("python{version}"),
            Loader::Family(beginning) => runtime.name.starts_with(beginning),
            Loader::Any => true,
        })
    }

    /// Those that have a glibc, or a newer one.
    pub(crate) fn with_glibc(&self, glibc: &GlibcVersion) -> Self {
        self.only(|runtime| runtime.glibc >= *glibc)
    }

    pub(crate) fn without_glibc(&self, glibc: &GlibcVersion) -> Self {
        self.only(|runtime| runtime.glibc < *glibc)
    }

    fn only(&self, is_one: impl Fn(&Runtime) -> bool) -> Self {
        Self(self.0.iter().filter(|runtime| is_one(runtime)).cloned().collect())
    }

    /// The glibcs that they have, the oldest first.
    pub(crate) fn glibcs(&self) -> Vec<GlibcVersion> {
        let mut glibcs: Vec<GlibcVersion> = self.0.iter().map(|runtime| runtime.glibc.clone()).collect();
        glibcs.sort();
        glibcs.dedup();
        glibcs
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Runtimes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, runtime) in self.0.iter().enumerate() {
            let before = match place {
                0 => "",
                place if place + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(formatter, "{before}{}", runtime.name)?;
        }
        Ok(())
    }
}

/// The version of Python that an extension module's name says it is for: `3.12` of `one.cpython-312-x86_64-linux-gnu.so`.
pub(crate) fn python_of(name: &str) -> Option<String> {
    let (_, tag) = name.rsplit('/').next()?.split_once(".cpython-")?;
    let digits = tag.split('-').next()?;
    let minor = digits.strip_prefix('3')?;
    let is_number = !minor.is_empty() && minor.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!("3.{minor}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modules_name_tells_its_python() {
        for (name, version) in [
            ("one.cpython-312-x86_64-linux-gnu.so", Some("3.12")),
            ("pkg/one.cpython-39-darwin.so", Some("3.9")),
            ("one.abi3.so", None),
            ("one.so", None),
            ("one.cpython-x.so", None),
        ] {
            assert_eq!(python_of(name).as_deref(), version, "{name}");
        }
    }
}
