//! Taking std's symbolizer out of an object before it is linked.

use anyhow::{Context, Result};
use object::{
    Endianness, U64, elf,
    pod::bytes_of,
    read::elf::{FileHeader, SectionHeader, Sym},
};

type Header = elf::FileHeader64<Endianness>;

/// The functions of std that look up the names of a backtrace's frames. They return nothing, and call back for each name that
/// they find: those that return at once found none. Which of them are functions of their own is for the optimiser to choose.
const SYMBOLIZER: [&str; 2] = [
    "std::backtrace_rs::symbolize::gimli::resolve",
    "std::backtrace_rs::symbolize::gimli::Cache::with_global",
];

/// An object whose backtraces name no frames.
///
/// The printer of backtraces in Rust's precompiled std brings readers of ELF, DWARF and compressed sections, which are a quarter of
/// a small library. In a library that is stripped as it is packed, they can find nothing. So the functions that lead to them are made
/// to return at once; the linker then leaves out what nothing calls. Panics and their messages, errors with backtraces, and the
/// addresses of `RUST_BACKTRACE=full` stay as they are.
///
/// What is no ELF object for x86-64 or AArch64, or has no such functions in sections of their own, is returned as it is.
///
/// # Errors
///
/// When the object is damaged.
pub fn cut_symbolizer(object: &[u8]) -> Result<Vec<u8>> {
    let mut cut = object.to_vec();
    let Ok(header) = Header::parse(object) else {
        return Ok(cut);
    };
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    let returning: &[u8] = if machine == elf::EM_X86_64 {
        &[0xc3]
    } else if machine == elf::EM_AARCH64 {
        &[0xc0, 0x03, 0x5f, 0xd6]
    } else {
        return Ok(cut);
    };
    let sections = header.sections(endian, object)?;
    let symbols = sections.symbols(endian, object, elf::SHT_SYMTAB)?;
    for (index, symbol) in symbols.enumerate() {
        if symbol.st_type() != elf::STT_FUNC || !is_symbolizer(symbol.name(endian, symbols.strings())?) {
            continue;
        }
        let Some(function) = symbols.symbol_section(endian, symbol, index)? else {
            continue;
        };
        let section = sections.section(function)?;
        let size = section.sh_size(endian);
        if symbol.st_value(endian) != 0 || symbol.st_size(endian) != size || size < returning.len() as u64 {
            continue;
        }
        let start = usize::try_from(section.sh_offset(endian))?;
        let code = cut
            .get_mut(start..start + usize::try_from(size)?)
            .context("a section is not in the object")?;
        code.fill(0);
        code[..returning.len()].copy_from_slice(returning);
        // What its code referred to is referred to no longer.
        for (index, relocations) in sections.enumerate() {
            if relocations.sh_type(endian) == elf::SHT_RELA && relocations.info_link(endian) == function {
                let mut emptied = *relocations;
                emptied.sh_size = U64::new(endian, 0);
                let place = usize::try_from(header.e_shoff(endian))? + index.0 * bytes_of(&emptied).len();
                cut[place..place + bytes_of(&emptied).len()].copy_from_slice(bytes_of(&emptied));
            }
        }
    }
    Ok(cut)
}

/// Whether a mangled name is one of the symbolizer's.
fn is_symbolizer(mangled: &[u8]) -> bool {
    // Most names are another's, and need no demangling.
    let Some(mangled) = str::from_utf8(mangled)
        .ok()
        .filter(|name| name.contains("backtrace_rs"))
    else {
        return false;
    };
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    // The newer mangling writes a type in angle brackets, and what a function is generic over.
    let plain: String = name.trim_start_matches('<').replacen(">::", "::", 1);
    SYMBOLIZER.iter().any(|function| {
        plain
            .strip_prefix(function)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::<"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbolizer_is_known_by_either_mangling() {
        for name in [
            "_ZN3std12backtrace_rs9symbolize5gimli5Cache11with_global17h6fcc783e68bd79b1E",
            "_ZN3std12backtrace_rs9symbolize5gimli7resolve17h6fcc783e68bd79b1E",
            "_RNvNtNtNtCs1_3std12backtrace_rs9symbolize5gimli7resolve",
            "_RNvMNtNtNtCs1_3std12backtrace_rs9symbolize5gimliNtB2_5Cache11with_global",
        ] {
            assert!(
                is_symbolizer(name.as_bytes()),
                "{name}: {:#}",
                rustc_demangle::demangle(name)
            );
        }
    }

    #[test]
    fn other_functions_are_not() {
        for name in [
            "_ZN3std12backtrace_rs9symbolize5gimli5Cache3new17h6fcc783e68bd79b1E",
            "_ZN3std12backtrace_rs9symbolize5gimli7resolve28_$u7b$$u7b$closure$u7d$$u7d$17h6fcc783e68bd79b1E",
            "_ZN5hello12backtrace_rs9symbolize5gimli7resolve17h6fcc783e68bd79b1E",
            "resolve",
        ] {
            assert!(!is_symbolizer(name.as_bytes()), "{name}");
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
