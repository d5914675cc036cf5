//! What LLD says of a link that failed, explained.

use std::collections::{BTreeMap, BTreeSet};

use crate::{GlibcVersion, family::Family, glibc::first_version, report::shortened};

/// What follows is the name of a symbol that is not defined.
const UNDEFINED: &str = "undefined symbol: ";

/// What follows is the name of a symbol that is defined twice.
const DUPLICATE: &str = "duplicate symbol: ";

/// What names of C++'s standard library, and of what compilers of C++ call, start with as LLD writes them: as they are in the source. Rust's
/// are in `std::`, too.
const CXX_NAMES: [&str; 7] = [
    "operator delete",
    "operator new",
    "std::__1::",
    "std::__cxx11::",
    "typeinfo for std::",
    "vtable for __cxxabiv1::",
    "vtable for std::",
];

/// What is known about the errors in `log`, which LLD wrote as it linked for a version of glibc: a paragraph each.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// let known = elf::explain_linker("ld.lld: error: undefined symbol: arc4random_buf\n", &"2.34".parse()?);
/// assert_eq!(known, ["`arc4random_buf` is in glibc from 2.36 on, and this is linked for 2.34, as its `runtime` or `glibc` has it"]);
/// # Ok(())
/// # }
/// ```
pub fn explain_linker(log: &str, glibc: &GlibcVersion) -> Vec<String> {
    let found = |what| {
        let names = log
            .lines()
            .filter_map(move |line| Some(line.split_once(what)?.1.trim()));
        names.collect::<BTreeSet<&str>>()
    };
    let mut known = Vec::new();
    let mut families: BTreeMap<Family, Vec<&str>> = BTreeMap::new();
    for symbol in found(UNDEFINED) {
        let is_cxx = CXX_NAMES.iter().any(|name| symbol.starts_with(name));
        if let Some(family) = Family::of(symbol).or(is_cxx.then_some(Family::Cxx)) {
            families.entry(family).or_default().push(symbol);
        } else if let Some(version) = first_version(symbol).filter(|version| version > glibc) {
            known.push(format!(
                "`{symbol}` is in glibc from {version} on, and this is linked for {glibc}, as its `runtime` or `glibc` has it"
            ));
        }
    }
    let duplicates: Vec<&str> = found(DUPLICATE).into_iter().collect();
    if !duplicates.is_empty() {
        known.push(format!(
            "{} more than once: the programs of a zip are one library; give it another name in one of them, or pack each in a zip of its own",
            shortened(&duplicates) + if duplicates.len() > 1 { " are exported" } else { " is exported" }
        ));
    }
    for (family, symbols) in &families {
        known.push(format!("nothing defines {}: {}", shortened(symbols), family.advice()));
    }
    known
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;

    #[test]
    fn what_is_known_is_said_once() -> Result<()> {
        let log = "\
ld.lld: error: undefined symbol: aws_lc_0_47_0_EVP_sha256
>>> referenced by digest.rs:1
ld.lld: error: undefined symbol: aws_lc_0_47_0_EVP_sha384
ld.lld: error: undefined symbol: gettid
ld.lld: error: undefined symbol: gettid
ld.lld: error: undefined symbol: nobody
ld.lld: error: undefined symbol: operator new(unsigned long)
ld.lld: error: undefined symbol: std::__1::cout
ld.lld: error: unable to find library -lssl
";
        let known = explain_linker(log, &"2.26".parse()?);
        assert_eq!(known.len(), 3, "{known:?}");
        assert_eq!(
            known[0],
            "`gettid` is in glibc from 2.30 on, and this is linked for 2.26, as its `runtime` or `glibc` has it"
        );
        assert!(known[1].contains("\"CARGO_PKG_VERSION\": \"0.47.0\""), "{}", known[1]);
        assert!(
            known[2].starts_with("nothing defines `operator new(unsigned long)`")
                && known[2].contains("@rules_rust_lambda//rules:cxx_runtime"),
            "{}",
            known[2]
        );
        Ok(())
    }

    #[test]
    fn what_is_exported_twice_is_told_once() -> Result<()> {
        let log = "ld.lld: error: duplicate symbol: plugin_version\n>>> defined at one.rs:1\n>>> defined at two.rs:1\n";
        let known = explain_linker(log, &"2.34".parse()?);
        assert_eq!(known.len(), 1, "{known:?}");
        assert!(
            known[0].starts_with("`plugin_version` is exported more than once: the programs of a zip"),
            "{known:?}"
        );
        Ok(())
    }

    #[test]
    fn what_is_not_known_is_left_to_the_linker() -> Result<()> {
        assert!(explain_linker("ld.lld: error: undefined symbol: gettid\n", &"2.34".parse()?).is_empty());
        assert!(explain_linker("ld.lld: error: unable to find library -lssl\n", &"2.34".parse()?).is_empty());
        Ok(())
    }
}
