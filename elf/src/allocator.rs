//! Whether a program brings an allocator of its own, by which ours is left out.

use std::{fs, path::PathBuf, str};

use anyhow::{Context, Result};
use object::read::archive::ArchiveFile;

/// What the compiler makes of a `#[global_allocator]`, in the crate that has it: mangled since Rust 1.87, and plain before.
const MADE: &str = "__rust_alloc";

/// Whether one of some compiled crates has a `#[global_allocator]`.
///
/// # Errors
///
/// When a file can't be read, or is no archive.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// # let folder = tempfile::tempdir()?;
/// # let (empty, neither) = (folder.path().join("libempty.rlib"), folder.path().join("neither"));
/// std::fs::write(&empty, "!<arch>\n")?;
/// std::fs::write(&neither, "neither")?;
/// assert!(!elf::any_has_global_allocator(&[empty])?);
/// assert!(elf::any_has_global_allocator(&[neither]).is_err());
/// # Ok(())
/// # }
/// ```
pub fn any_has_global_allocator(rlibs: &[PathBuf]) -> Result<bool> {
    for path in rlibs {
        let rlib = fs::read(path).with_context(|| format!("{} can't be read", path.display()))?;
        if has_global_allocator(&rlib).with_context(|| format!("{} can't be looked into", path.display()))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The same of one, told by its archive's index, which lists the symbols of bitcode, too.
fn has_global_allocator(rlib: &[u8]) -> Result<bool> {
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

/// Whether a source seems to have a `#[global_allocator]`. One that `cfg` leaves out counts, too: what a program that is built as it is has
/// is compiled with it alone, and can't be asked before.
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
