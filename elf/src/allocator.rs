//! Whether a program brings an allocator of its own, by which ours is left out.

use std::str;

use anyhow::{Context, Result};
use object::read::archive::ArchiveFile;

/// What the compiler makes of a `#[global_allocator]`, in the crate that has it: mangled since Rust 1.87, and plain before.
const MADE: &str = "__rust_alloc";

/// Whether a compiled crate has a `#[global_allocator]`, told by its archive's index, which lists the symbols of bitcode, too.
///
/// # Errors
///
/// When it is no archive.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let empty = b"!<arch>\n";
/// assert!(!elf::has_global_allocator(empty)?);
/// assert!(elf::has_global_allocator(b"neither").is_err());
/// # Ok(())
/// # }
/// ```
pub fn has_global_allocator(rlib: &[u8]) -> Result<bool> {
    let Some(symbols) = ArchiveFile::parse(rlib)?.symbols()? else {
        return Ok(false);
    };
    for symbol in symbols {
        let symbol = symbol.context("its index can't be read")?;
        if str::from_utf8(symbol.name()).is_ok_and(|name| name.ends_with(MADE)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a source seems to have a `#[global_allocator]`: one that is there for some other `cfg` counts, as one too many does no harm.
///
/// ```
/// assert!(elf::mentions_global_allocator("#[global_allocator]\nstatic ALLOCATOR: System = System;"));
/// assert!(!elf::mentions_global_allocator("// With a #[global_allocator], …"));
/// ```
pub fn mentions_global_allocator(source: &str) -> bool {
    source.lines().any(|line| {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        code.contains("global_allocator")
    })
}

#[cfg(test)]
mod tests {
    use super::has_global_allocator;

    /// An archive of GNU's format whose index names a symbol.
    fn archive_with(symbol: &str) -> Vec<u8> {
        let mut index = 1u32.to_be_bytes().to_vec();
        index.extend([0; 4]);
        index.extend(symbol.as_bytes());
        index.push(0);
        let mut archive = b"!<arch>\n".to_vec();
        archive.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "/", 0, 0, 0, 0, index.len()).as_bytes());
        archive.extend(index);
        archive
    }

    #[test]
    fn an_allocator_is_told_by_what_the_compiler_makes_of_it() {
        for (symbol, has_one) in [
            ("_RNvCsfLfy6EI15iL_7___rustc12___rust_alloc", true),
            ("__rust_alloc", true),
            // Of a crate that has a function to call where memory is out.
            ("_RNvCsfLfy6EI15iL_7___rustc26___rust_alloc_error_handler", false),
            ("_ZN1b1g17heca426e6384610fcE", false),
        ] {
            assert_eq!(
                has_global_allocator(&archive_with(symbol)).ok(),
                Some(has_one),
                "{symbol}"
            );
        }
    }
}
