//! What a library or a program may need from the machine that loads it, and what it may show.

use std::fmt;

use anyhow::Result;
use object::{
    Endianness,
    elf::{self, FileHeader64},
    read::elf::{Dynamic, ElfFile, FileHeader, ProgramHeader, Rela, SectionHeader, SectionTable, Sym},
};

use crate::{GlibcVersion, family::Family, glibc::first_version};

type Header = FileHeader64<object::Endianness>;

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

/// What of static TLS glibc keeps free for libraries that are loaded while a program runs, in bytes: `TLS_STATIC_SURPLUS`, and
/// from 2.32 on the sum of the tunables that came in its place, as they are by default.
const STATIC_TLS_SURPLUS: u64 = 1664;

/// What the dynamic linker itself has, and zig's stubs of libraries have not: a library that is linked with those asks for it without a
/// version.
const OF_THE_DYNAMIC_LINKER: &str = "__tls_get_addr";

/// What the names of Python's own functions and variables start with: who loads a library has them.
const PYTHON_PREFIXES: [&str; 2] = ["Py", "_Py"];

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
    /// A symbol that nothing which it is linked with has.
    Undefined(String),
    /// A library that the managed runtimes need not have.
    Needed(String),
    /// A symbol that is not the shim's.
    Exported(String),
    /// More static TLS than glibc keeps free.
    StaticTls {
        /// The thread-local storage of the library, in bytes.
        size: u64,
        /// The largest of its variables, and that one's bytes; `None` if the library has no symbol table.
        largest: Option<(String, u64)>,
    },
    /// Code that is written to as it is loaded.
    TextRelocations,
    /// A stack that is executable.
    ExecutableStack,
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooNew { symbol, version } => write!(formatter, "it uses `{symbol}` of {version}"),
            Self::Undefined(symbol) => write!(
                formatter,
                "it uses `{symbol}`, which neither it nor a library that it is linked with defines"
            ),
            Self::Needed(library) => write!(formatter, "it needs `{library}`, which Lambda's runtimes do not have"),
            Self::Exported(symbol) => write!(
                formatter,
                "it exports `{symbol}`, which could take another library's place"
            ),
            Self::StaticTls { size, largest } => {
                write!(
                    formatter,
                    "its thread-local variables have {size} bytes in the initial-exec model, for which glibc keeps {STATIC_TLS_SURPLUS} \
                     free in a process that runs"
                )?;
                match largest {
                    Some((variable, bytes)) => write!(formatter, "; the largest is `{variable}`, of {bytes}"),
                    None => Ok(()),
                }
            }
            Self::TextRelocations => formatter.write_str("its code is written to as it is loaded (text relocations)"),
            Self::ExecutableStack => formatter.write_str("it asks for stacks that are executable"),
        }
    }
}

/// What a shared library or a program does that `limits` do not allow, in the order of its tables.
///
/// # Errors
///
/// When `file` is not a 64-bit ELF file.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// use elf::{Breach, Limits, check_elf};
///
/// let program = std::fs::read(std::env::current_exe()?)?;
/// let limits = Limits { glibc: "2.2.4".parse()?, exports: None };
/// // What is linked for a newer system asks for newer functions.
/// assert!(matches!(check_elf(&program, &limits)?.as_slice(), [Breach::TooNew { .. }, ..]));
/// # Ok(())
/// # }
/// ```
pub fn check_elf(file: &[u8], limits: &Limits) -> Result<Vec<Breach>> {
    let elf = ElfFile::<Header>::parse(file)?;
    let endian = elf.endian();
    let sections = elf.elf_header().sections(endian, file)?;
    let is_library = limits.exports.is_some();
    let mut breaches = Vec::new();

    let dynamic = sections.dynamic_table(endian, file)?;
    let (mut needs_others, mut writes_text) = (false, false);
    for entry in dynamic.iter() {
        if entry.tag == elf::DT_NEEDED {
            let name = String::from_utf8_lossy(dynamic.string(entry)?).into_owned();
            if is_of_glibc(&name) {
                continue;
            }
            needs_others = true;
            if is_library {
                breaches.push(Breach::Needed(name));
            }
        }
        writes_text |= writes_to_text(&entry);
    }
    // A program that is started, not loaded, may.
    if is_library && writes_text {
        breaches.push(Breach::TextRelocations);
    }

    let versions = sections.versions(endian, file)?;
    let symbols = sections.symbols(endian, file, elf::SHT_DYNSYM)?;
    for (index, symbol) in symbols.enumerate() {
        if index.0 == 0 {
            continue;
        }
        let name = String::from_utf8_lossy(symbols.symbol_name(endian, symbol)?).into_owned();
        if symbol.is_undefined(endian) {
            let version = match &versions {
                Some(versions) => versions.version(versions.version_index(endian, index).index())?,
                None => None,
            };
            match version {
                Some(version) => {
                    let version = String::from_utf8_lossy(version.name()).into_owned();
                    if !is_within(&version, &limits.glibc) {
                        breaches.push(Breach::TooNew { symbol: name, version });
                    }
                }
                None if symbol.st_bind() == elf::STB_WEAK => {}
                // Where it is linked with the oldest glibc, that one's versions name nothing newer.
                None => breaches.extend(without_version(name, limits, needs_others)),
            }
        } else if symbol.st_bind() != elf::STB_LOCAL
            && let Some(exports) = &limits.exports
            && !exports.iter().any(|prefix| name.starts_with(prefix))
        {
            breaches.push(Breach::Exported(name));
        }
    }

    // A program's own are placed, and set up, as it is started.
    if is_library {
        breaches.extend(static_tls(&elf, &sections, file)?);
        let stack = elf
            .elf_program_headers()
            .iter()
            .find(|segment| segment.p_type(endian) == elf::PT_GNU_STACK);
        // One that does not say is taken for one that asks.
        if stack.is_none_or(|segment| segment.p_flags(endian).contains(elf::PF_X)) {
            breaches.push(Breach::ExecutableStack);
        }
    }
    Ok(breaches)
}

/// Whether a library is glibc's own.
fn is_of_glibc(name: &str) -> bool {
    let stem = name.split(".so").next().unwrap_or(name);
    GLIBC_LIBRARIES.contains(&stem) || stem.starts_with("ld-linux")
}

/// Whether an entry of the dynamic table says that there are text relocations.
fn writes_to_text(entry: &Dynamic) -> bool {
    entry.tag == elf::DT_TEXTREL || entry.tag == elf::DT_FLAGS && elf::DynamicFlags(entry.val).contains(elf::DF_TEXTREL)
}

/// What is wrong with a symbol that is asked for without a version.
fn without_version(symbol: String, limits: &Limits, needs_others: bool) -> Option<Breach> {
    match first_version(&symbol) {
        Some(version) if version <= limits.glibc => None,
        Some(version) => Some(Breach::TooNew {
            symbol,
            version: format!("GLIBC_{version}"),
        }),
        None if symbol == OF_THE_DYNAMIC_LINKER => None,
        // A library that is not glibc's may have it; C code of a crate's is in the crate.
        None if needs_others && !matches!(Family::of(&symbol), Some(Family::AwsLc { .. })) => None,
        None if limits.exports.is_some() && PYTHON_PREFIXES.iter().any(|prefix| symbol.starts_with(prefix)) => None,
        None => Some(Breach::Undefined(symbol)),
    }
}

/// What is wrong with the thread-local storage of a library: what is addressed from the thread's pointer at a distance that is fixed as the
/// library is loaded lies in the part that each thread has from its beginning, with all that the library has beside it.
fn static_tls(elf: &ElfFile<'_, Header>, sections: &SectionTable<'_, Header>, file: &[u8]) -> Result<Option<Breach>> {
    let endian = elf.endian();
    let segments = elf.elf_program_headers().iter();
    let tls = segments.filter(|segment| segment.p_type(endian) == elf::PT_TLS);
    let size: u64 = tls.map(|segment| segment.p_memsz(endian)).sum();
    if size <= STATIC_TLS_SURPLUS {
        return Ok(None);
    }
    let own = sections.symbols(endian, file, elf::SHT_DYNSYM)?;
    let machine = elf.elf_header().e_machine(endian);
    let is_fixed = |relocation: &elf::Rela64<Endianness>| {
        let kind = relocation.r_type(endian, false);
        (machine == elf::EM_X86_64 && kind == elf::R_X86_64_TPOFF64
            || machine == elf::EM_AARCH64 && kind == elf::R_AARCH64_TLS_TPREL)
            // Another library's variables lie in that one's part.
            && relocation
                .symbol(endian, false)
                .is_none_or(|symbol| own.symbol(symbol).is_ok_and(|symbol| !symbol.is_undefined(endian)))
    };
    for section in sections.iter() {
        if let Some((relocations, _)) = section.rela(endian, file)?
            && relocations.iter().any(is_fixed)
        {
            let largest = largest_variable(sections, endian, file)?;
            return Ok(Some(Breach::StaticTls { size, largest }));
        }
    }
    Ok(None)
}

/// The largest thread-local variable in the symbol table, as it is linked.
fn largest_variable(
    sections: &SectionTable<'_, Header>,
    endian: Endianness,
    file: &[u8],
) -> Result<Option<(String, u64)>> {
    let symbols = sections.symbols(endian, file, elf::SHT_SYMTAB)?;
    let variables = symbols.iter().filter(|symbol| symbol.st_type() == elf::STT_TLS);
    let Some(largest) = variables.max_by_key(|symbol| symbol.st_size(endian)) else {
        return Ok(None);
    };
    let name = String::from_utf8_lossy(symbols.symbol_name(endian, largest)?).into_owned();
    Ok(Some((name, largest.st_size(endian))))
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
    fn what_is_no_elf_file_is_an_error() -> Result<()> {
        let limits = Limits {
            glibc: "2.34".parse()?,
            exports: Some(vec![String::new()]),
        };
        assert!(check_elf(b"#!/bin/sh", &limits).is_err());
        Ok(())
    }
}
