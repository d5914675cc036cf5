//! What compiled a file's code.

use std::collections::BTreeSet;

use object::{Object, ObjectSection};

/// What Rust's compiler writes into an object, with its version behind it.
const COMPILER: &str = "rustc version ";

/// The versions of the Rust that an ELF file's code was compiled by, by what its compilers left there; none for another file.
///
/// # Example
///
/// ```
/// assert!(elf::rust_versions(b"rustc version 1.95.0").is_empty());
/// ```
pub fn rust_versions(content: &[u8]) -> BTreeSet<String> {
    let comment = object::File::parse(content)
        .ok()
        .and_then(|file| file.section_by_name(".comment")?.data().ok());
    versions(comment.unwrap_or_default())
}

/// Those that a section of comments names, which end with NUL each.
fn versions(comment: &[u8]) -> BTreeSet<String> {
    comment
        .split(|byte| *byte == 0)
        .filter_map(|entry| str::from_utf8(entry).ok()?.strip_prefix(COMPILER))
        .filter_map(|rest| rest.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{env, fs, io};

    use super::*;

    #[test]
    fn this_very_program_tells_which_rust_compiled_it() -> io::Result<()> {
        let content = fs::read(env::current_exe()?)?;
        if cfg!(target_os = "linux") {
            assert_eq!(rust_versions(&content).len(), 1);
        }
        assert!(rust_versions(b"rustc version 1.0.0").is_empty());
        Ok(())
    }

    #[test]
    fn other_compilers_and_what_stands_behind_a_version_are_left_out() {
        let comment = b"\0rustc version 1.95.0 (59807616e 2026-04-14)\0clang version 21.1.0\0\
            rustc version 1.97.0-nightly (abcdef012 2026-05-01)\0rustc version 1.95.0 (59807616e 2026-04-14)\0";
        assert_eq!(
            versions(comment),
            ["1.95.0", "1.97.0-nightly"].map(str::to_owned).into()
        );
        assert!(versions(b"clang version 21.1.0\0").is_empty());
    }
}
