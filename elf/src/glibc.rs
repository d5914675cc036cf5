//! Versions of glibc, and what came with which.

use std::{fmt, str::FromStr};

use anyhow::{Result, anyhow};

/// A version of glibc, as in the symbol version `GLIBC_2.34`.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let (old, new): (elf::GlibcVersion, elf::GlibcVersion) = ("2.4".parse()?, "2.34".parse()?);
/// assert!(old < new);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion(Vec<u32>);

impl FromStr for GlibcVersion {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        parts
            .map(Self)
            .map_err(|_| anyhow!("`{text}` is not a version of glibc, such as 2.34"))
    }
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        formatter.write_str(&parts.join("."))
    }
}

/// The functions that came after the oldest glibc that is linked for: a version a line, then what is new in it, indented.
const FUNCTIONS: &str = include_str!("glibc.txt");

/// The first version of glibc that has a function, if that is known and newer than the oldest that is linked for.
pub(crate) fn first_version(function: &str) -> Option<GlibcVersion> {
    let mut version = "";
    for line in FUNCTIONS.lines().filter(|line| !line.starts_with('#')) {
        if !line.starts_with(' ') {
            version = line;
        } else if line.split_ascii_whitespace().any(|name| name == function) {
            return version.parse().ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_as_old_as_its_first_version() {
        for (function, version) in [
            ("getrandom", Some("2.25")),
            ("gettid", Some("2.30")),
            ("arc4random_buf", Some("2.36")),
            ("__isoc23_strtol", Some("2.38")),
            ("closefrom", Some("2.34")),
            ("malloc", None),
            ("nobody_defines_this", None),
            ("", None),
        ] {
            let found = first_version(function).map(|version| version.to_string());
            assert_eq!(found.as_deref(), version, "{function}");
        }
    }

    #[test]
    fn each_line_of_the_table_is_of_a_version() -> Result<()> {
        let versions: Result<Vec<GlibcVersion>> = FUNCTIONS
            .lines()
            .filter(|line| !line.starts_with(['#', ' ']))
            .map(str::parse)
            .collect();
        let versions = versions?;
        assert!(versions.is_sorted() && versions.len() > 10, "{versions:?}");
        Ok(())
    }
}
