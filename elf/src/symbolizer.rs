//! Taking std's symbolizer out of an object before it is linked.

use std::{collections::BTreeSet, ops::RangeInclusive};

use anyhow::{Context, Result};
use object::{
    Endianness, U64, elf,
    pod::bytes_of,
    read::elf::{FileHeader, SectionHeader, Sym},
};

use crate::rust_versions;

type Header = elf::FileHeader64<Endianness>;

/// The functions of std that look up the names of a backtrace's frames. They return nothing, and call back for each name that
/// they find: those that return at once found none. Which of them are functions of their own is for the optimiser to choose.
const LOOK_UP: [&str; 2] = [
    "std::backtrace_rs::symbolize::gimli::resolve",
    "std::backtrace_rs::symbolize::gimli::Cache::with_global",
];

/// Gives a name that was found, and is not reached without one.
const NAME: &str = "std::backtrace_rs::symbolize::Symbol::name";

/// Writes a name that was found; returns a `Result` without content.
const WRITE: &str = "std::backtrace_rs::symbolize::SymbolName as core::fmt::Display::fmt";

/// The compilers whose std is taken to be as in those that this was tried with (1.93.1, 1.95.0 and 1.97.1): the functions above have no other
/// callers, and no more is expected of them.
const KNOWN: RangeInclusive<u32> = 93..=97;

/// The machine code that takes a function's place, for one machine.
struct Stubs {
    returns: &'static [u8],
    returns_ok: &'static [u8],
    traps: &'static [u8],
}

const X86_64: Stubs = Stubs {
    // ret
    returns: &[0xc3],
    // xor eax, eax; ret
    returns_ok: &[0x31, 0xc0, 0xc3],
    // ud2
    traps: &[0x0f, 0x0b],
};

const AARCH64: Stubs = Stubs {
    // ret
    returns: &[0xc0, 0x03, 0x5f, 0xd6],
    // mov w0, wzr; ret
    returns_ok: &[0xe0, 0x03, 0x1f, 0x2a, 0xc0, 0x03, 0x5f, 0xd6],
    // udf #0
    traps: &[0; 4],
};

/// An object whose backtraces name no frames.
///
/// The printer of backtraces in Rust's precompiled std brings readers of ELF, DWARF and compressed sections, and a demangler: a
/// third of a small library. In a library that is stripped as it is packed, they find no name of its own. So the functions that
/// lead to them are made to return at once; the linker then leaves out what nothing calls. Panics and their messages, and the
/// frames of backtraces with their addresses, stay as they are.
///
/// What is no ELF object for x86-64 or AArch64, has no such functions in sections of their own, or comes from a compiler that is not
/// known, is returned as it is.
///
/// # Errors
///
/// When the object is damaged.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let no_object = b"// Rust";
/// assert_eq!(elf::cut_symbolizer(no_object)?, no_object);
/// # Ok(())
/// # }
/// ```
pub fn cut_symbolizer(object: &[u8]) -> Result<Vec<u8>> {
    let mut cut = object.to_vec();
    let Ok(header) = Header::parse(object) else {
        return Ok(cut);
    };
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    let stubs = if machine == elf::EM_X86_64 {
        X86_64
    } else if machine == elf::EM_AARCH64 {
        AARCH64
    } else {
        return Ok(cut);
    };
    let sections = header.sections(endian, object)?;
    if !are_tested(&rust_versions(object)) {
        return Ok(cut);
    }
    let symbols = sections.symbols(endian, object, elf::SHT_SYMTAB)?;
    let mut replaced = Vec::new();
    let mut is_cut = false;
    for (index, symbol) in symbols.enumerate() {
        if symbol.st_type() != elf::STT_FUNC {
            continue;
        }
        let Some(name) = std_name(symbol.name(endian, symbols.strings())?) else {
            continue;
        };
        let Some(section) = symbols.symbol_section(endian, symbol, index)? else {
            continue;
        };
        let is_alone =
            symbol.st_value(endian) == 0 && symbol.st_size(endian) == sections.section(section)?.sh_size(endian);
        if !is_alone {
            continue;
        }
        match &*name {
            name if LOOK_UP.contains(&name) => {
                is_cut = true;
                replaced.push((section, stubs.returns));
            }
            NAME => replaced.push((section, stubs.traps)),
            WRITE => replaced.push((section, stubs.returns_ok)),
            _ => {}
        }
    }
    if !is_cut {
        return Ok(cut);
    }
    for (function, stub) in replaced {
        let section = sections.section(function)?;
        let start = usize::try_from(section.sh_offset(endian))?;
        let end = start + usize::try_from(section.sh_size(endian))?;
        let old = cut.get_mut(start..end).context("a section is not in the object")?;
        old.fill(0);
        old.get_mut(..stub.len())
            .context("a function is shorter than a return")?
            .copy_from_slice(stub);
        // What its code referred to is referred to no longer.
        for (index, relocations) in sections.enumerate() {
            if relocations.sh_type(endian) == elf::SHT_RELA && relocations.info_link(endian) == function {
                let mut emptied = *relocations;
                emptied.sh_size = U64::new(endian, 0);
                let emptied = bytes_of(&emptied);
                let place = usize::try_from(header.e_shoff(endian))? + index.0 * emptied.len();
                cut[place..place + emptied.len()].copy_from_slice(emptied);
            }
        }
    }
    Ok(cut)
}

/// Whether there are versions, all of them of compilers that this was tried with.
fn are_tested(versions: &BTreeSet<String>) -> bool {
    !versions.is_empty()
        && versions.iter().all(|version| {
            let numbers = version.strip_prefix("1.").and_then(|rest| rest.split_once('.'));
            // A nightly or a beta of that number may have another std.
            numbers.is_some_and(|(minor, patch)| {
                patch.parse::<u32>().is_ok() && minor.parse().is_ok_and(|minor: u32| KNOWN.contains(&minor))
            })
        })
}

/// The name of a function of std's backtraces, without angle brackets and what it is generic over.
fn std_name(mangled: &[u8]) -> Option<String> {
    // Most names are another's, and need no demangling.
    let mangled = str::from_utf8(mangled)
        .ok()
        .filter(|name| name.contains("backtrace_rs"))?;
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    // The newer mangling writes each type in angle brackets.
    let plain = name.trim_start_matches('<').replacen(">::", "::", 1);
    Some(match plain.split_once("::<") {
        Some((plain, _)) => plain.to_owned(),
        None => plain,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_either_mangling() {
        for (mangled, name) in [
            (
                "_ZN3std12backtrace_rs9symbolize5gimli7resolve17h6fcc783e68bd79b1E",
                LOOK_UP[0],
            ),
            ("_RNvNtNtNtCs1_3std12backtrace_rs9symbolize5gimli7resolve", LOOK_UP[0]),
            (
                "_ZN3std12backtrace_rs9symbolize5gimli5Cache11with_global17h6fcc783e68bd79b1E",
                LOOK_UP[1],
            ),
            (
                "_RNvMNtNtNtCs1_3std12backtrace_rs9symbolize5gimliNtB2_5Cache11with_global",
                LOOK_UP[1],
            ),
            (
                "_RINvMNtNtNtCs1_3std12backtrace_rs9symbolize5gimliNtB3_5Cache11with_globallE",
                LOOK_UP[1],
            ),
            ("_ZN3std12backtrace_rs9symbolize6Symbol4name17h81f3ed8a29797282E", NAME),
            (
                "_ZN79_$LT$std..backtrace_rs..symbolize..SymbolName$u20$as$u20$core..fmt..Display$GT$3fmt17hd039b0854cc52e68E",
                WRITE,
            ),
        ] {
            assert_eq!(std_name(mangled.as_bytes()).as_deref(), Some(name));
        }
    }

    #[test]
    fn other_functions_are_not_taken_for_them() {
        for mangled in [
            "_ZN3std12backtrace_rs9symbolize5gimli5Cache3new17h6fcc783e68bd79b1E",
            "_ZN3std12backtrace_rs9symbolize5gimli7resolve28_$u7b$$u7b$closure$u7d$$u7d$17h6fcc783e68bd79b1E",
            "_ZN5hello12backtrace_rs9symbolize5gimli7resolve17h6fcc783e68bd79b1E",
            "resolve",
        ] {
            let name = std_name(mangled.as_bytes()).unwrap_or_default();
            assert!(!LOOK_UP.contains(&&*name) && ![NAME, WRITE].contains(&&*name), "{name}");
        }
    }

    #[test]
    fn compilers_that_were_not_tested_are_told_apart() {
        for (versions, is_tested) in [
            (&["1.93.1"][..], true),
            (&["1.97.1"], true),
            (&["1.93.1", "1.95.0"], true),
            (&["1.98.0"], false),
            (&["1.92.0"], false),
            (&["1.97.0-nightly"], false),
            (&["1.97.1", "1.98.0"], false),
            (&["2.95.0"], false),
            (&["1.95"], false),
            (&[], false),
        ] {
            let versions = versions.iter().map(|version| (*version).to_owned()).collect();
            assert_eq!(are_tested(&versions), is_tested, "{versions:?}");
        }
    }

    #[test]
    fn what_has_no_symbolizer_stays_as_it_is() -> Result<()> {
        assert_eq!(cut_symbolizer(b"!<arch>\n")?, b"!<arch>\n");
        // An executable's functions share a section.
        let this = std::fs::read(std::env::current_exe()?)?;
        assert!(cut_symbolizer(&this)? == this);
        Ok(())
    }
}
