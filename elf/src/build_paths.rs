//! Paths of the machine that a file was built on, which are left in it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use object::{Object, ObjectSection, elf, read::elf::ElfFile64};

use crate::linkage::has_flag;

/// What such paths begin with. Others' machines have other folders, too; these are the common ones.
const ROOTS: [&[u8]; 6] = [
    b"/home/",
    b"/root/",
    b"/Users/",
    b"/github/",
    b"/builds/",
    b"/private/var/",
];

/// What such paths hold, whatever they begin with.
const WITHIN: [&[u8]; 4] = [
    b"/.cargo/registry/src/",
    b"/.cargo/git/checkouts/",
    b"/execroot/",
    b"/_bazel_",
];

/// How long a path may be that is looked for; longer ones are cut.
const LONGEST: usize = 300;

/// The paths below one folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildPaths {
    /// The first of them, in the order of the file.
    pub first: String,
    /// How many there are.
    pub count: usize,
    /// The crates that they are of, as far as Cargo's folders tell: `serde-1.0.2`.
    pub crates: BTreeSet<String>,
    /// Whether all of them are in sections that only debuggers read.
    pub is_debug: bool,
}

/// The paths of the machine that an ELF file was built on, by the folders that they begin with, such as `/home/me`.
///
/// # Errors
///
/// When it is no 64-bit ELF file.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let program = std::fs::read(std::env::current_exe()?)?;
/// for (folder, paths) in elf::build_paths(&program)? {
///     assert!(paths.first.starts_with(&folder));
/// }
/// # Ok(())
/// # }
/// ```
pub fn build_paths(file: &[u8]) -> Result<BTreeMap<String, BuildPaths>> {
    let elf = ElfFile64::<object::Endianness>::parse(file)?;
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for section in elf.sections() {
        // Code is long, and holds no texts.
        if let Ok(data) = section.data()
            && !has_flag(&section, elf::SHF_EXECINSTR)
        {
            scan(data, has_flag(&section, elf::SHF_ALLOC), &mut seen, &mut found);
        }
    }
    Ok(found)
}

fn scan<'data>(
    data: &'data [u8],
    is_loaded: bool,
    seen: &mut BTreeSet<(bool, &'data str)>,
    found: &mut BTreeMap<String, BuildPaths>,
) {
    let mut end = 0;
    for place in 0..data.len() {
        if data[place] != b'/' || place < end {
            continue;
        }
        let rest = &data[place..];
        let start = if ROOTS.iter().any(|root| rest.starts_with(root)) {
            place
        } else if WITHIN.iter().any(|part| rest.starts_with(part)) {
            // Back to where the text begins: Rust's texts lie one behind the other, so this may take a part of another.
            place
                - data[..place]
                    .iter()
                    .rev()
                    .take(LONGEST)
                    .take_while(|byte| is_of_path(**byte))
                    .count()
        } else {
            continue;
        };
        let path = path_at(&data[start..]);
        end = start + path.len();
        // A root alone is a text of the program's, and so are two in a row.
        if path.matches('/').count() < 3 || path.contains("//") || !seen.insert((is_loaded, path)) {
            continue;
        }
        let paths = found.entry(folder(path)).or_insert_with(|| BuildPaths {
            first: path.to_owned(),
            is_debug: true,
            ..BuildPaths::default()
        });
        paths.count += 1;
        paths.is_debug &= !is_loaded;
        paths.crates.extend(crate_of(path));
    }
}

fn is_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+@~=".contains(&byte)
}

/// The path that a text begins with. Rust's texts have no end of their own, so a source file's name ends it.
fn path_at(text: &[u8]) -> &str {
    let length = text.iter().take(LONGEST).take_while(|byte| is_of_path(**byte)).count();
    let path = str::from_utf8(&text[..length]).unwrap_or_default();
    match path.find(".rs") {
        Some(end) => &path[..end + 3],
        None => path,
    }
}

/// What a path begins with: the home folder, or two folders.
fn folder(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let length = if parts.get(1) == Some(&"root") { 2 } else { 3 };
    parts[..length.min(parts.len())].join("/")
}

/// The crate in a path of Cargo's folder, `…/registry/src/INDEX/serde-1.0.2/src/lib.rs`.
fn crate_of(path: &str) -> Option<String> {
    let (_, rest) = path.split_once("/registry/src/")?;
    rest.split('/').nth(1).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> BTreeMap<String, BuildPaths> {
        let mut found = BTreeMap::new();
        scan(text.as_bytes(), true, &mut BTreeSet::new(), &mut found);
        found
    }

    #[test]
    fn paths_are_told_by_their_beginnings() {
        for (text, folder, path) in [
            (
                "overflow/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde-1.0.2/src/lib.rscalled `Option",
                "/home/me",
                "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/serde-1.0.2/src/lib.rs",
            ),
            ("\0/Users/me/app/main.rs\0", "/Users/me", "/Users/me/app/main.rs"),
            ("\0/root/app/src/main.rs", "/root", "/root/app/src/main.rs"),
            (
                "\0/var/cache/me/_bazel_me/1f/execroot/_main/app/main.rs\0",
                "/var/cache",
                "/var/cache/me/_bazel_me/1f/execroot/_main/app/main.rs",
            ),
        ] {
            let found = found(text);
            let paths: Vec<_> = found
                .iter()
                .map(|(folder, paths)| (folder.as_str(), paths.first.as_str()))
                .collect();
            assert_eq!(paths, [(folder, path)], "{text}");
            assert!(!found[folder].is_debug && found[folder].count == 1, "{found:?}");
        }
        let crates = &found("/home/me/.cargo/registry/src/index-1/serde-1.0.2/src/lib.rs")["/home/me"].crates;
        assert_eq!(crates.iter().collect::<Vec<_>>(), ["serde-1.0.2"]);
    }

    #[test]
    fn what_a_program_looks_for_itself_is_not_taken_for_one() {
        for text in [
            "/home/",
            "/home//root//Users/x",
            "/root/.aws",
            "/rustc/1234/library/std/src/io.rs",
            "/tmp/x/y/z",
            "/var/task/a/b/c",
            "",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
