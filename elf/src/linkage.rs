//! What an ELF file says to those who load it: what it is, what it needs, and what it has for others.

use anyhow::{Context, Result, bail, ensure};
use object::{
    Endianness, ObjectSection, SectionFlags, elf,
    read::elf::{Dynamic, ElfFile, FileHeader, ProgramHeader, SectionHeader, SectionTable, Sym},
};

use crate::Machine;

pub(crate) type Header = elf::FileHeader64<Endianness>;

/// What is made of an ELF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElfKind {
    /// It is loaded into a process.
    Library,
    /// It is started.
    Program,
    /// It is linked, or read by a debugger, and never loaded.
    Object,
}

/// A version of symbols, such as `GLIBC_2.34` of `libc.so.6`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolVersion {
    /// The version's name.
    pub name: String,
    /// The library that has to have it.
    pub library: String,
}

/// A symbol that another library has to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its name.
    pub symbol: String,
    /// Its version; `None` if any will do.
    pub version: Option<SymbolVersion>,
    /// Whether nothing is wrong if nobody has it.
    pub is_weak: bool,
}

/// What an ELF file says to those who load it.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// use elf::{ElfKind, Linkage};
///
/// let program = std::fs::read(std::env::current_exe()?)?;
/// let linkage = Linkage::read(&program)?;
/// assert_eq!(linkage.kind, ElfKind::Program);
/// assert!(linkage.needed.contains(&"libc.so.6".to_owned()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linkage {
    /// What it is.
    pub kind: ElfKind,
    /// The machine that it is for; `None` for one that Lambda does not have.
    pub machine: Option<Machine>,
    /// The dynamic linker that a program asks for; `None` for a library, and for a program that is linked statically.
    pub interpreter: Option<String>,
    /// The names of the libraries that it needs.
    pub needed: Vec<String>,
    /// The folders that these are looked for in besides.
    pub run_paths: Vec<String>,
    /// The symbols that it needs.
    pub imports: Vec<Import>,
    /// The versions of symbols that it needs. Some are of no symbol.
    pub versions: Vec<SymbolVersion>,
    /// The symbols that it has for others.
    pub exports: Vec<String>,
    /// Whether its code is written to as it is loaded.
    pub has_text_relocations: bool,
    /// Whether it asks for stacks that are executable. One that does not say is taken for one that asks.
    pub has_executable_stack: bool,
    /// Whether what the dynamic linker writes to is read-only afterwards.
    pub has_relro: bool,
    /// Whether all symbols are looked up as it is loaded.
    pub binds_now: bool,
    /// Whether it has no symbol table but what is needed to load it.
    pub is_stripped: bool,
}

impl Linkage {
    /// Reads what a file says.
    ///
    /// # Errors
    ///
    /// When it is no ELF file of a 64-bit, little-endian machine, as Lambda's are; or it ends too early; or nobody but the dynamic linker
    /// could read it.
    pub fn read(file: &[u8]) -> Result<Self> {
        let elf = parse(file)?;
        let endian = elf.endian();
        let header = elf.elf_header();
        let segments = elf.elf_program_headers();
        let sections = header.sections(endian, file)?;
        let segment = |kind| segments.iter().find(|segment| segment.p_type(endian) == kind);
        ensure!(
            segment(elf::PT_DYNAMIC).is_none() || !sections.is_empty(),
            "it has no section headers, so what it needs can't be told: check it before `sstrip`, or what compresses programs, takes them out"
        );

        let mut linkage = Self {
            kind: ElfKind::Object,
            machine: Machine::of(file),
            interpreter: None,
            needed: Vec::new(),
            run_paths: Vec::new(),
            imports: Vec::new(),
            versions: Vec::new(),
            exports: Vec::new(),
            has_text_relocations: false,
            has_executable_stack: segment(elf::PT_GNU_STACK)
                .is_none_or(|segment| segment.p_flags(endian).contains(elf::PF_X)),
            has_relro: segment(elf::PT_GNU_RELRO).is_some(),
            binds_now: false,
            is_stripped: sections
                .iter()
                .all(|section| section.sh_type(endian) != elf::SHT_SYMTAB),
        };
        if let Some(segment) = segment(elf::PT_INTERP) {
            let path = segment.interpreter(endian, file)?.unwrap_or_default();
            linkage.interpreter = Some(text(path));
        }
        let (mut is_named, mut is_pie) = (false, false);
        let dynamic = sections.dynamic_table(endian, file)?;
        for entry in dynamic.iter() {
            match entry.tag {
                elf::DT_NEEDED => linkage.needed.push(text(dynamic.string(entry)?)),
                elf::DT_RUNPATH | elf::DT_RPATH => {
                    let list = text(dynamic.string(entry)?);
                    linkage.run_paths.extend(list.split(':').map(str::to_owned));
                }
                elf::DT_SONAME => is_named = true,
                elf::DT_FLAGS_1 => is_pie |= elf::DynamicFlags1(entry.val).contains(elf::DF_1_PIE),
                _ => {}
            }
            linkage.has_text_relocations |= says(&entry, elf::DT_TEXTREL, elf::DF_TEXTREL);
            linkage.binds_now |= says(&entry, elf::DT_BIND_NOW, elf::DF_BIND_NOW)
                || entry.tag == elf::DT_FLAGS_1 && elf::DynamicFlags1(entry.val).contains(elf::DF_1_NOW);
        }
        linkage.kind = match header.e_type(endian) {
            elf::ET_EXEC => ElfKind::Program,
            // Older linkers don't tell a program from a library.
            elf::ET_DYN if is_pie || linkage.interpreter.is_some() && !is_named => ElfKind::Program,
            elf::ET_DYN => ElfKind::Library,
            _ => ElfKind::Object,
        };
        linkage.read_symbols(&sections, endian, file)?;
        Ok(linkage)
    }

    fn read_symbols(&mut self, sections: &SectionTable<'_, Header>, endian: Endianness, file: &[u8]) -> Result<()> {
        if let Some((mut libraries, link)) = sections.gnu_verneed(endian, file)? {
            let strings = sections.strings(endian, file, link)?;
            while let Some((library, mut versions)) = libraries.next()? {
                let library = text(library.file(endian, strings)?);
                while let Some(version) = versions.next()? {
                    self.versions.push(SymbolVersion {
                        name: text(version.name(endian, strings)?),
                        library: library.clone(),
                    });
                }
            }
        }
        let versions = sections.versions(endian, file)?;
        let symbols = sections.symbols(endian, file, elf::SHT_DYNSYM)?;
        for (index, symbol) in symbols.enumerate() {
            if index.0 == 0 {
                continue;
            }
            let name = text(symbols.symbol_name(endian, symbol)?);
            if !symbol.is_undefined(endian) {
                if symbol.st_bind() != elf::STB_LOCAL {
                    self.exports.push(name);
                }
                continue;
            }
            let version = match &versions {
                Some(versions) => versions.version(versions.version_index(endian, index).index())?,
                None => None,
            };
            self.imports.push(Import {
                symbol: name,
                version: version.map(|version| SymbolVersion {
                    name: text(version.name()),
                    library: text(version.file().unwrap_or_default()),
                }),
                is_weak: symbol.st_bind() == elf::STB_WEAK,
            });
        }
        Ok(())
    }
}

/// The file as one that is read by its sections.
pub(crate) fn parse(file: &[u8]) -> Result<ElfFile<'_, Header>> {
    if let [_, _, _, _, class, encoding, ..] = file
        && crate::is_elf(file)
    {
        ensure!(
            elf::FileClass(*class) != elf::ELFCLASS32,
            "it is for a 32-bit machine, and Lambda's are 64-bit: build it for x86_64 or aarch64"
        );
        ensure!(
            elf::DataEncoding(*encoding) != elf::ELFDATA2MSB,
            "it is for a big-endian machine, and Lambda's are little-endian: build it for x86_64 or aarch64"
        );
    }
    let header = Header::parse(file).context("it is no 64-bit ELF file, or ends before its header does")?;
    let end = end(header, file)?;
    if end > file.len() as u64 {
        bail!(
            "it is cut short: it has {} bytes, and by its header at least {end}; copy, download or build it again",
            file.len()
        );
    }
    Ok(ElfFile::parse(file)?)
}

/// Where a file ends at the earliest, by its headers.
fn end(header: &Header, file: &[u8]) -> Result<u64> {
    let endian = header.endian()?;
    let table = |offset: u64, count: u16, size: u16| offset.saturating_add(u64::from(count) * u64::from(size));
    let tables = [
        table(
            header.e_phoff(endian),
            header.e_phnum(endian),
            header.e_phentsize(endian),
        ),
        table(
            header.e_shoff(endian),
            header.e_shnum(endian),
            header.e_shentsize(endian),
        ),
    ];
    let segments = header
        .program_headers(endian, file)
        .unwrap_or_default()
        .iter()
        .map(|segment| {
            let (offset, size) = segment.file_range(endian);
            offset.saturating_add(size)
        });
    Ok(segments.chain(tables).max().unwrap_or_default())
}

/// Whether a section has a flag.
pub(crate) fn has_flag<'data>(section: &impl ObjectSection<'data>, flag: elf::SectionFlags) -> bool {
    matches!(section.flags(), SectionFlags::Elf { sh_flags, .. } if sh_flags.contains(flag))
}

/// Whether an entry of the dynamic table has a meaning that it can have by its tag or by a flag.
fn says(entry: &Dynamic, tag: elf::DynamicTag, flag: elf::DynamicFlags) -> bool {
    entry.tag == tag || entry.tag == elf::DT_FLAGS && elf::DynamicFlags(entry.val).contains(flag)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
