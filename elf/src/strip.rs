//! Taking out of a shared library what only debuggers and profilers read.

use anyhow::{Context, Result, ensure};
use object::{
    Endianness, U16, U64, elf,
    pod::{bytes_of, bytes_of_slice},
    read::elf::{FileHeader, ProgramHeader, SectionHeader},
};

type Header = elf::FileHeader64<Endianness>;

/// A shared library without its symbol table and debug sections: what only debuggers read goes, and what is loaded into memory stays
/// byte for byte, so that a profile of the result is read with the symbols of what it was made from.
///
/// The library is linked once and stripped here, rather than by its linker: two links of a library are not sure to be laid out alike.
///
/// # Errors
///
/// When `library` is not a 64-bit ELF file, or its sections are not told apart by where they are: a linker lays those that are
/// loaded first.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let library = std::fs::read(std::env::current_exe()?)?;
/// let stripped = elf::strip(&library)?;
/// assert!(stripped.len() < library.len());
/// # Ok(())
/// # }
/// ```
pub fn strip(library: &[u8]) -> Result<Vec<u8>> {
    let header = Header::parse(library).context("it is not a 64-bit ELF library")?;
    let endian = header.endian()?;
    let sections = header.section_headers(endian, library)?;
    let is_loaded = |section: &elf::SectionHeader64<Endianness>| section.sh_flags(endian).contains(elf::SHF_ALLOC);
    let count = sections
        .iter()
        .rposition(is_loaded)
        .context("it has no section headers")?
        + 1;
    ensure!(
        sections[1..count].iter().all(is_loaded),
        "sections that are not loaded lie before some that are"
    );
    let ends = header.program_headers(endian, library)?.iter().map(|segment| {
        let (offset, size) = segment.file_range(endian);
        offset.saturating_add(size)
    });
    let end = usize::try_from(ends.max().unwrap_or_default())?;
    let mut stripped = library
        .get(..end)
        .context("its segments end after the file does")?
        .to_vec();

    // The names of the sections, all of them, as those that stay are told by where their name is.
    let names = header.section_strings_index(endian, library)?;
    let mut names = *sections.get(names.0).context("its sections have no names")?;
    let content = names.data(endian, library)?;
    names.sh_offset = U64::new(endian, stripped.len() as u64);
    stripped.extend_from_slice(content);
    stripped.resize(stripped.len().next_multiple_of(8), 0);

    let mut changed = *header;
    changed.e_shoff = U64::new(endian, stripped.len() as u64);
    changed.e_shnum = U16::new(endian, u16::try_from(count + 1)?);
    changed.e_shstrndx = U16::new(endian, elf::SymbolSection(u16::try_from(count)?));
    stripped.extend_from_slice(bytes_of_slice(&sections[..count]));
    stripped.extend_from_slice(bytes_of(&names));
    let changed = bytes_of(&changed);
    stripped[..changed.len()].copy_from_slice(changed);
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, read::elf::ElfFile64};

    use super::*;

    /// What is loaded: each segment's address and bytes, but for the header that says where the sections are.
    fn loaded(file: &ElfFile64<'_>) -> Result<Vec<(u64, Vec<u8>)>> {
        const HEADER: usize = 64;
        file.segments()
            .map(|segment| {
                let data = segment.data()?;
                let start = if segment.file_range().0 == 0 { HEADER } else { 0 };
                Ok((segment.address(), data[start..].to_vec()))
            })
            .collect()
    }

    #[test]
    fn what_is_loaded_stays_as_it_is() -> Result<()> {
        let this = std::fs::read(std::env::current_exe()?)?;
        let stripped = strip(&this)?;
        assert!(stripped.len() < this.len() / 2, "{} of {}", stripped.len(), this.len());
        let (before, after) = (
            ElfFile64::parse(&*this)?,
            ElfFile64::<object::Endianness>::parse(&*stripped)?,
        );
        assert!(
            before
                .symbols()
                .any(|symbol| symbol.name().is_ok_and(|name| name.contains("what_is_loaded")))
        );
        assert_eq!(after.symbols().count(), 0);
        assert!(
            after
                .sections()
                .all(|section| !section.name().unwrap_or_default().starts_with(".debug_info"))
        );
        assert!(loaded(&before)? == loaded(&after)?);
        assert_eq!(strip(&stripped)?, stripped);
        Ok(())
    }

    #[test]
    fn what_is_no_elf_file_is_an_error() {
        let error = strip(b"#!/bin/sh").map_err(|error| format!("{error:#}"));
        assert!(error.is_err_and(|message| message.starts_with("it is not a 64-bit ELF library")));
    }
}
