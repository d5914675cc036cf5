//! What a library or a program may need from the machine that loads it, and what it may show.

use std::{collections::BTreeSet, fmt};

use anyhow::Result;
use object::{
    Endianness, elf,
    read::elf::{FileHeader, ProgramHeader, Rela, SectionHeader, SectionTable, Sym},
};

use crate::{
    GlibcVersion, Linkage, SymbolVersion,
    family::Family,
    glibc::first_version,
    linkage::{Header, parse},
    runtime,
};

/// What is allowed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The oldest glibc that it must run with.
    pub glibc: GlibcVersion,
    /// Prefixes of the symbols that a library may export; `None` for a program, which is a process of its own: what it exports nobody
    /// else meets.
    pub exports: Option<Vec<String>>,
}

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
        version: SymbolVersion,
    },
    /// What glibc has to know how to do, such as `GLIBC_ABI_DT_RELR`, and the oldest does not.
    Abi(SymbolVersion),
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
            Self::TooNew { symbol, version } => write!(formatter, "it uses `{symbol}` of {}", version.name),
            Self::Abi(version) => write!(formatter, "it asks for {} of `{}`", version.name, version.library),
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
/// As [`Linkage::read`].
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
    let linkage = Linkage::read(file)?;
    let is_library = limits.exports.is_some();
    let mut breaches = Vec::new();
    let is_missing = |library: &&String| !runtime::has(library);
    breaches.extend(linkage.needed.iter().filter(is_missing).cloned().map(Breach::Needed));
    // A program that is started, not loaded, may.
    if is_library && linkage.has_text_relocations {
        breaches.push(Breach::TextRelocations);
    }

    let needs_others = linkage.needed.iter().any(|library| !runtime::has(library));
    for import in &linkage.imports {
        match &import.version {
            Some(version) if runtime::has_version(version, &limits.glibc) => {}
            Some(version) => breaches.push(Breach::TooNew {
                symbol: import.symbol.clone(),
                version: version.clone(),
            }),
            None if import.is_weak => {}
            // Where it is linked with the oldest glibc, that one's versions name nothing newer.
            None => breaches.extend(without_version(&import.symbol, limits, needs_others)),
        }
    }
    let is_used = |version: &SymbolVersion| {
        linkage
            .imports
            .iter()
            .any(|import| import.version.as_ref() == Some(version))
    };
    for version in &linkage.versions {
        if !runtime::has_version(version, &limits.glibc) && !is_used(version) {
            breaches.push(Breach::Abi(version.clone()));
        }
    }
    if let Some(prefixes) = &limits.exports {
        let is_foreign = |symbol: &&String| !prefixes.iter().any(|prefix| symbol.starts_with(prefix));
        breaches.extend(linkage.exports.iter().filter(is_foreign).cloned().map(Breach::Exported));
    }

    // A program's own are placed, and set up, as it is started.
    if is_library {
        breaches.extend(static_tls(file)?);
        if linkage.has_executable_stack {
            breaches.push(Breach::ExecutableStack);
        }
    }
    Ok(breaches)
}

/// The oldest glibc that a file runs with, and the symbols that need it; `None` if it needs nothing of glibc, as what is linked statically.
/// What Lambda's runtimes have all of them, where no version is asked for, does not count.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let program = std::fs::read(std::env::current_exe()?)?;
/// let linkage = elf::Linkage::read(&program)?;
/// let (version, symbols) = elf::glibc_floor(&linkage).expect("it is linked with glibc");
/// assert!(version >= "2.4".parse()? && !symbols.is_empty());
/// # Ok(())
/// # }
/// ```
pub fn glibc_floor(linkage: &Linkage) -> Option<(GlibcVersion, BTreeSet<&str>)> {
    let of_symbols = linkage.imports.iter().filter_map(|import| {
        let version = match &import.version {
            Some(version) => version.name.strip_prefix("GLIBC_")?.parse().ok()?,
            None if import.is_weak => return None,
            None => first_version(&import.symbol)?,
        };
        Some((version, Some(import.symbol.as_str())))
    });
    let of_none = linkage.versions.iter().filter_map(|version| {
        let number = version.name.strip_prefix("GLIBC_")?.parse().ok()?;
        Some((number, None))
    });
    let all: Vec<(GlibcVersion, Option<&str>)> = of_symbols.chain(of_none).collect();
    let floor = all.iter().map(|(version, _)| version).max()?.clone();
    let symbols = all.iter().filter(|(version, _)| *version == floor);
    Some((floor.clone(), symbols.filter_map(|(_, symbol)| *symbol).collect()))
}

/// What is wrong with a symbol that is asked for without a version.
fn without_version(symbol: &str, limits: &Limits, needs_others: bool) -> Option<Breach> {
    match first_version(symbol) {
        Some(version) if version <= limits.glibc => None,
        Some(version) => Some(Breach::TooNew {
            symbol: symbol.to_owned(),
            version: SymbolVersion {
                name: format!("GLIBC_{version}"),
                library: "libc.so.6".to_owned(),
            },
        }),
        None if symbol == OF_THE_DYNAMIC_LINKER => None,
        // A library that is not glibc's may have it; C code of a crate's is in the crate.
        None if needs_others && !matches!(Family::of(symbol), Some(Family::AwsLc { .. })) => None,
        None if limits.exports.is_some() && PYTHON_PREFIXES.iter().any(|prefix| symbol.starts_with(prefix)) => None,
        None => Some(Breach::Undefined(symbol.to_owned())),
    }
}

/// What is wrong with the thread-local storage of a library: what is addressed from the thread's pointer at a distance that is fixed as the
/// library is loaded lies in the part that each thread has from its beginning, with all that the library has beside it.
fn static_tls(file: &[u8]) -> Result<Option<Breach>> {
    let elf = parse(file)?;
    let endian = elf.endian();
    let sections = elf.elf_header().sections(endian, file)?;
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
            let largest = largest_variable(&sections, endian, file)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_library_breaks_the_limits() -> Result<()> {
        // The test itself is linked with the host's glibc and exports nothing of the shim's. Its name for GCC's library is made another's.
        let mut this = std::fs::read(std::env::current_exe()?)?;
        let gcc = b"libgcc_s.so.1";
        let places: Vec<usize> = (0..this.len())
            .filter(|start| this[*start..].starts_with(gcc))
            .collect();
        for place in places {
            this[place..][..gcc.len()].copy_from_slice(b"libothr.so.12");
        }
        let limits = Limits {
            glibc: "2.2.4".parse()?,
            exports: Some(vec!["PyInit_".to_owned()]),
        };
        let breaches = check_elf(&this, &limits)?;
        let other = Breach::Needed("libothr.so.12".to_owned());
        let is_too_new =
            |breach: &Breach| matches!(breach, Breach::TooNew { version, .. } if version.library == "libc.so.6");
        assert!(
            breaches.contains(&other) && breaches.iter().any(is_too_new),
            "{breaches:?}"
        );
        // A version of a library that lies beside it is that one's matter.
        let is_of_other =
            |breach: &Breach| matches!(breach, Breach::TooNew { version, .. } if version.library == "libothr.so.12");
        assert!(!breaches.iter().any(is_of_other), "{breaches:?}");

        // As a program, it may have what text relocations it likes.
        let limits = Limits {
            exports: None,
            ..limits
        };
        let breaches = check_elf(&this, &limits)?;
        let is_known = |breach: &Breach| matches!(breach, Breach::TooNew { .. } | Breach::Abi(_)) || *breach == other;
        assert!(!breaches.is_empty() && breaches.iter().all(is_known), "{breaches:?}");
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
