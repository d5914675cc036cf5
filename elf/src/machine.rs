//! The machine that an ELF file is for.

use object::elf;

/// A machine that Lambda has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// Of Intel's and AMD's.
    X86_64,
    /// Of Graviton.
    Aarch64,
}

impl Machine {
    /// How much of a file says what machine it is for: its [header](https://www.sco.com/developers/gabi/latest/ch4.eheader.html) up to
    /// `e_machine`, in bytes.
    pub const HEADER: usize = 20;

    /// The machine that the ELF file is for which begins with `header`; `None` for another file, and for one of none of Lambda's machines.
    ///
    /// ```
    /// use elf::Machine;
    ///
    /// let header = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\xb7\0";
    /// assert_eq!(Machine::of(&header), Some(Machine::Aarch64));
    /// assert_eq!(Machine::of(b"#!/bin/sh\n"), None);
    /// ```
    pub fn of(header: &[u8]) -> Option<Self> {
        if !is_elf(header) {
            return None;
        }
        // Little-endian, as both are.
        let machine = header.get(Self::HEADER - 2..Self::HEADER)?;
        match elf::Machine(u16::from_le_bytes([machine[0], machine[1]])) {
            elf::EM_X86_64 => Some(Self::X86_64),
            elf::EM_AARCH64 => Some(Self::Aarch64),
            _ => None,
        }
    }
}

/// Whether a file of this content, or of one that begins so, is an ELF file.
pub fn is_elf(content: &[u8]) -> bool {
    content.starts_with(&elf::ELFMAG)
}
