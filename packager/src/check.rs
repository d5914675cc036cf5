//! What a library or a program may need from the machine that loads it, and what it may show.

use std::{fmt, str::FromStr};

use anyhow::{Result, anyhow};
use object::{
    elf::{self, FileHeader64},
    read::elf::{ElfFile, FileHeader, Sym},
};

type Header = FileHeader64<object::Endianness>;

/// A version of glibc, as in the symbol version `GLIBC_2.34`.
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

/// What is allowed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The oldest glibc that it must run with.
    pub glibc: GlibcVersion,
    /// Prefixes of the symbols that a library may export; `None` for a program, which is a process of its own: what it exports nobody
    /// else meets, and what it needs may lie beside it.
    pub exports: Option<Vec<String>>,
}

/// The libraries that are glibc's own, without what follows `.so`.
const GLIBC_LIBRARIES: [&str; 8] = [
    "libc",
    "libm",
    "libpthread",
    "libdl",
    "librt",
    "libutil",
    "libresolv",
    "ld-linux",
];

/// Something that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A symbol that the oldest glibc does not have.
    TooNew {
        /// The symbol.
        symbol: String,
        /// Its version, such as `GLIBC_2.38`.
        version: String,
    },
    /// A library that the managed runtimes need not have.
    Needed(String),
    /// A symbol that is not the shim's.
    Exported(String),
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooNew { symbol, version } => write!(formatter, "it uses `{symbol}` of {version}"),
            Self::Needed(library) => write!(formatter, "it needs `{library}`, which Lambda's runtimes do not have"),
            Self::Exported(symbol) => write!(
                formatter,
                "it exports `{symbol}`, which could take another library's place"
            ),
        }
    }
}

/// What a shared library or a program does that `limits` do not allow, in the order of its tables.
///
/// # Errors
///
/// When `file` is not a 64-bit ELF file.
pub fn check_elf(file: &[u8], limits: &Limits) -> Result<Vec<Breach>> {
    let elf = ElfFile::<Header>::parse(file)?;
    let endian = elf.endian();
    let sections = elf.elf_header().sections(endian, file)?;
    let mut breaches = Vec::new();

    let dynamic = sections.dynamic_table(endian, file)?;
    for entry in dynamic.iter() {
        if entry.tag == elf::DT_NEEDED && limits.exports.is_some() {
            let name = String::from_utf8_lossy(dynamic.string(entry)?).into_owned();
            let stem = name.split(".so").next().unwrap_or(&name);
            if !GLIBC_LIBRARIES
                .iter()
                .any(|known| stem == *known || stem.starts_with("ld-linux"))
            {
                breaches.push(Breach::Needed(name));
            }
        }
    }

    let versions = sections.versions(endian, file)?;
    let symbols = sections.symbols(endian, file, elf::SHT_DYNSYM)?;
    for (index, symbol) in symbols.enumerate() {
        let name = String::from_utf8_lossy(symbols.symbol_name(endian, symbol)?).into_owned();
        if symbol.is_undefined(endian) {
            let Some(versions) = &versions else { continue };
            let version = versions.version(versions.version_index(endian, index).index())?;
            let version = version.map(|version| String::from_utf8_lossy(version.name()).into_owned());
            if let Some(version) = version
                && !is_within(&version, &limits.glibc)
            {
                breaches.push(Breach::TooNew { symbol: name, version });
            }
        } else if symbol.st_bind() != elf::STB_LOCAL
            && let Some(exports) = &limits.exports
            && !exports.iter().any(|prefix| name.starts_with(prefix))
        {
            breaches.push(Breach::Exported(name));
        }
    }
    Ok(breaches)
}

/// Whether a symbol version is glibc's, and not newer than `floor`. `GLIBC_PRIVATE` and the like are not.
fn is_within(version: &str, floor: &GlibcVersion) -> bool {
    let number = version
        .strip_prefix("GLIBC_")
        .and_then(|number| number.parse::<GlibcVersion>().ok());
    number.is_some_and(|number| number <= *floor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() -> Result<()> {
        let floor: GlibcVersion = "2.26".parse()?;
        assert!(is_within("GLIBC_2.2.5", &floor));
        assert!(is_within("GLIBC_2.26", &floor));
        assert!(!is_within("GLIBC_2.34", &floor));
        assert!(!is_within("GLIBC_2.100", &floor));
        assert!(!is_within("GLIBC_PRIVATE", &floor));
        assert!(!is_within("GCC_3.0", &floor));
        assert!("2.x".parse::<GlibcVersion>().is_err());
        Ok(())
    }

    #[test]
    fn a_host_library_breaks_the_limits() -> Result<()> {
        // The test itself is linked with the host's glibc and exports nothing of the shim's.
        let this = std::fs::read(std::env::current_exe()?)?;
        let limits = Limits {
            glibc: "2.2.4".parse()?,
            exports: Some(vec!["PyInit_".to_owned()]),
        };
        let breaches = check_elf(&this, &limits)?;
        for kind in [
            |breach: &Breach| matches!(breach, Breach::TooNew { .. }),
            |breach: &Breach| matches!(breach, Breach::Needed(_)),
        ] {
            assert!(breaches.iter().any(kind), "{breaches:?}");
        }

        // As a program, it is only too new.
        let limits = Limits {
            exports: None,
            ..limits
        };
        let breaches = check_elf(&this, &limits)?;
        assert!(!breaches.is_empty());
        assert!(
            breaches.iter().all(|breach| matches!(breach, Breach::TooNew { .. })),
            "{breaches:?}"
        );
        Ok(())
    }

    #[test]
    fn what_is_no_elf_file_is_an_error() {
        let limits = Limits {
            glibc: GlibcVersion(vec![2, 34]),
            exports: Some(vec![String::new()]),
        };
        assert!(check_elf(b"#!/bin/sh", &limits).is_err());
    }
}
