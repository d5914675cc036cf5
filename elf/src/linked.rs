//! Where a breach comes from, in what was linked: told by its symbol table, if it was not stripped.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use object::{
    Object, ObjectSection, ObjectSymbol, ObjectSymbolTable, RelocationTarget, SymbolKind, elf, read::elf::ElfFile64,
};

use crate::{Breach, Machine, Origin, build_paths, linkage::has_flag, origin::is_named_after};

/// The functions and variables of a file, by their addresses.
struct Names<'data>(BTreeMap<u64, (u64, &'data str)>);

impl<'data> Names<'data> {
    fn of(file: &ElfFile64<'data>) -> Self {
        let named = file.symbols().filter(|symbol| {
            matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data) && !symbol.is_undefined() && symbol.size() > 0
        });
        Self(
            named
                .filter_map(|symbol| Some((symbol.address(), (symbol.size(), symbol.name().ok()?))))
                .collect(),
        )
    }

    fn at(&self, address: u64) -> Option<&'data str> {
        let (start, (size, name)) = self.0.range(..=address).next_back()?;
        (address - start < *size).then_some(*name)
    }
}

/// The crates of a linked file that a breach comes from, with their functions, as far as its symbol table tells. What is of no crate, as C's
/// functions are, has the name of the function.
///
/// # Errors
///
/// When it is no ELF file.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let program = std::fs::read(std::env::current_exe()?)?;
/// let breach = elf::Breach::Undefined("nobody".to_owned());
/// assert!(elf::linked_origins(&program, &[&breach])?[0].is_empty());
/// # Ok(())
/// # }
/// ```
pub fn linked_origins(file: &[u8], breaches: &[&Breach]) -> Result<Vec<BTreeMap<String, Origin>>> {
    let elf = ElfFile64::parse(file)?;
    let names = Names::of(&elf);
    let symbols: BTreeSet<&str> = breaches.iter().filter_map(|breach| used_symbol(breach)).collect();
    let users = users(&elf, file, &names, &symbols);
    let crates = match breaches.iter().any(|breach| matches!(breach, Breach::Needed(_))) {
        true => crates(file, &names)?,
        false => BTreeSet::new(),
    };
    Ok(breaches
        .iter()
        .map(|breach| {
            let mut origins = BTreeMap::new();
            match breach {
                Breach::TooNew { .. } | Breach::Undefined(_) => {
                    let users = used_symbol(breach).and_then(|symbol| users.get(symbol));
                    users.into_iter().flatten().for_each(|user| add(&mut origins, user));
                }
                Breach::Exported(symbol)
                | Breach::StaticTls {
                    largest: Some((symbol, _)),
                    ..
                } => {
                    if let Some(name) = crate_of(&demangled(symbol)) {
                        origins.insert(name, Origin::default());
                    }
                }
                Breach::TextRelocations => relocated(&elf, &names)
                    .into_iter()
                    .for_each(|name| add(&mut origins, name)),
                Breach::Needed(library) => {
                    let named = crates.iter().filter(|name| is_named_after(name, library)).cloned();
                    origins.extend(named.map(|name| (name, Origin::default())));
                }
                _ => {}
            }
            origins
        })
        .collect())
}

/// The crates that a file is linked from, as far as its symbols and the paths in it tell.
fn crates(file: &[u8], names: &Names<'_>) -> Result<BTreeSet<String>> {
    let mut crates: BTreeSet<String> = names
        .0
        .values()
        .filter_map(|(_, name)| crate_of(&demangled(name)))
        .collect();
    for paths in build_paths(file)?.into_values() {
        let versioned = paths.crates.iter().filter_map(|name| name.rsplit_once('-'));
        crates.extend(versioned.map(|(name, _)| name.replace('-', "_")));
    }
    Ok(crates)
}

fn used_symbol<'breach>(breach: &&'breach Breach) -> Option<&'breach str> {
    match breach {
        Breach::TooNew { symbol, .. } | Breach::Undefined(symbol) => Some(symbol),
        _ => None,
    }
}

fn add(origins: &mut BTreeMap<String, Origin>, user: &str) {
    let name = demangled(user);
    match crate_of(&name) {
        Some(of) => {
            origins.entry(of).or_default().functions.insert(name);
        }
        None => {
            origins.entry(name).or_default();
        }
    }
}

fn demangled(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// The crate in a path of Rust's, such as `std` of `std::io::Read` and `one` of `<one::Thing as std::io::Read>::read`.
fn crate_of(path: &str) -> Option<String> {
    let (before, _) = path.split_once("::")?;
    let name = before.rsplit([' ', '<', '&', '(', '[', '*']).next()?;
    let is_name = name
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || character == '_');
    (is_name && !name.is_empty()).then(|| name.to_owned())
}

/// The places where an address is looked up that the dynamic linker fills in, by their symbols' names: in the code that is linked, each use
/// of a function of another library leads through one.
fn slots<'names>(elf: &ElfFile64<'_>, symbols: &BTreeSet<&'names str>) -> HashMap<u64, &'names str> {
    let mut slots = HashMap::new();
    for (address, relocation) in elf.dynamic_relocations().into_iter().flatten() {
        let RelocationTarget::Symbol(index) = relocation.target() else {
            continue;
        };
        let name = elf
            .dynamic_symbol_table()
            .and_then(|table| table.symbol_by_index(index).ok())
            .and_then(|symbol| symbol.name().ok());
        if let Some(symbol) = name.and_then(|name| symbols.get(name)) {
            slots.insert(address, *symbol);
        }
    }
    slots
}

/// The functions and variables that use some symbols of other libraries, by these symbols.
fn users<'data, 'names>(
    elf: &ElfFile64<'data>,
    file: &[u8],
    names: &Names<'data>,
    symbols: &BTreeSet<&'names str>,
) -> BTreeMap<&'names str, BTreeSet<&'data str>> {
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    if symbols.is_empty() || names.0.is_empty() {
        return users;
    }
    let mut targets = slots(elf, symbols);
    for (address, symbol) in &targets {
        // A table of functions in a variable.
        if let Some(name) = names.at(*address) {
            users.entry(symbol).or_default().insert(name);
        }
    }
    let references = match Machine::of(file) {
        Some(Machine::X86_64) => x86_64,
        Some(Machine::Aarch64) => aarch64,
        None => return users,
    };
    // First the stubs that calls of C's lead through, then all the rest.
    for are_stubs in [true, false] {
        let mut found = Vec::new();
        for section in elf.sections() {
            let is_stubs = section
                .name()
                .is_ok_and(|name| name.starts_with(".plt") || name == ".iplt");
            if let Ok(code) = section.data()
                && has_flag(&section, elf::SHF_EXECINSTR)
                && is_stubs == are_stubs
            {
                references(code, section.address(), &targets, &mut found);
            }
        }
        for (address, symbol) in found {
            if are_stubs {
                // A stub is a few instructions, of which the second or third looks the address up.
                targets.extend((0..=STUB).map(|before| (address.saturating_sub(before), symbol)));
            } else if let Some(name) = names.at(address) {
                users.entry(symbol).or_default().insert(name);
            }
        }
    }
    users
}

/// How far the beginning of a stub lies before what looks the address up, at most, in bytes.
const STUB: u64 = 7;

/// Where code refers to one of some addresses.
type Found<'names> = Vec<(u64, &'names str)>;

/// Looks for the four bytes of a distance that lead to one of the targets from where they end: in calls, jumps and loads they do.
fn x86_64<'names>(code: &[u8], start: u64, targets: &HashMap<u64, &'names str>, found: &mut Found<'names>) {
    let (Some(first), Some(last)) = (targets.keys().min(), targets.keys().max()) else {
        return;
    };
    for (place, bytes) in code.windows(4).enumerate() {
        let address = start + place as u64;
        let distance = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let target = address.wrapping_add(4).wrapping_add_signed(i64::from(distance));
        if target >= *first
            && target <= *last
            && let Some(symbol) = targets.get(&target)
        {
            found.push((address, symbol));
        }
    }
}

/// Looks for branches to the targets, and for pairs of instructions that make the address of one's page, and load from it.
fn aarch64<'names>(code: &[u8], start: u64, targets: &HashMap<u64, &'names str>, found: &mut Found<'names>) {
    const BRANCH: (u32, u32) = (0x7c00_0000, 0x1400_0000);
    const PAGE: (u32, u32) = (0x9f00_0000, 0x9000_0000);
    const LOAD: (u32, u32) = (0xffc0_0000, 0xf940_0000);
    let is = |word: u32, (mask, value): (u32, u32)| word & mask == value;
    let mut pages = [(0, 0); 32];
    for (place, bytes) in code.as_chunks::<4>().0.iter().enumerate() {
        let word = u32::from_le_bytes(*bytes);
        let address = start + 4 * place as u64;
        let target = if is(word, BRANCH) {
            // 26 bits, with a sign, of words.
            Some((
                address,
                address.wrapping_add_signed(i64::from((word << 6).cast_signed() >> 6) * 4),
            ))
        } else if is(word, PAGE) {
            let immediate = (word >> 5 & 0x7_ffff) << 2 | word >> 29 & 3;
            let pages_away = i64::from((immediate << 11).cast_signed() >> 11);
            pages[(word & 31) as usize] = (address, (address & !0xfff).wrapping_add_signed(pages_away << 12));
            None
        } else if is(word, LOAD) {
            let (from, page) = pages[(word >> 5 & 31) as usize];
            Some((from, u64::from(word >> 10 & 0xfff) * 8 + page))
        } else {
            None
        };
        if let Some((from, target)) = target
            && let Some(symbol) = targets.get(&target)
        {
            found.push((from, symbol));
        }
    }
}

/// The functions and variables in parts that are not written to, which relocations do write to.
fn relocated<'data>(elf: &ElfFile64<'data>, names: &Names<'data>) -> BTreeSet<&'data str> {
    let read_only: Vec<_> = elf
        .sections()
        .filter(|section| has_flag(section, elf::SHF_ALLOC) && !has_flag(section, elf::SHF_WRITE))
        .map(|section| section.address()..section.address() + section.size())
        .collect();
    elf.dynamic_relocations()
        .into_iter()
        .flatten()
        .filter(|(address, _)| read_only.iter().any(|range| range.contains(address)))
        .filter_map(|(address, _)| names.at(address))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_the_first_part_of_a_path() {
        for (path, name) in [
            ("std::io::Read::read", Some("std")),
            ("<one::Thing as std::io::Read>::read", Some("one")),
            ("<alloc::vec::Vec<two::Thing> as core::ops::Drop>::drop", Some("alloc")),
            ("<&three::Thing as core::fmt::Debug>::fmt", Some("three")),
            ("<[four::Thing] as core::fmt::Debug>::fmt", Some("four")),
            ("SSL_new", None),
        ] {
            assert_eq!(crate_of(path).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn code_is_read_as_the_machines_do() {
        let targets = HashMap::from([(0x2008, "slot"), (0x1100, "stub")]);
        let mut found = Vec::new();
        // call [rip + 0xf02]; call 0x1100
        x86_64(
            b"\xff\x15\x02\x10\x00\x00\xe8\xf5\x00\x00\x00",
            0x1000,
            &targets,
            &mut found,
        );
        assert_eq!(found, [(0x1002, "slot"), (0x1007, "stub")]);

        let mut found = Vec::new();
        // adrp x16, 0x2000; ldr x17, [x16, #8]; bl 0x1100; b 0x1100
        let code = [0xb000_0010_u32, 0xf940_0611, 0x9400_003e, 0x1400_003d];
        let code: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        aarch64(&code, 0x1000, &targets, &mut found);
        assert_eq!(found, [(0x1000, "slot"), (0x1008, "stub"), (0x100c, "stub")]);
        // Backwards.
        let mut found = Vec::new();
        aarch64(&0x97ff_ffff_u32.to_le_bytes(), 0x1104, &targets, &mut found);
        assert_eq!(found, [(0x1104, "stub")]);
    }
}
