//! What the user reads when a library or a program is refused.

use std::{collections::BTreeMap, path::Path};

use crate::{
    Breach, GlibcVersion, Limits, Origin, SymbolVersion, family::Family, likely_origins, runtime::has_version,
};

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryKind {
    /// A shared library, which Lambda's Python loads.
    Library,
    /// A program, which is started.
    Program,
}

/// How many functions of a crate, or symbols of a family, are named.
const LISTED: usize = 3;

/// The newest glibc of Lambda's runtimes.
const NEWEST: &str = "2.34";

/// The message about breaches, all of them, with the crates among `rlibs` (a path and its content each) that they likely come from, and
/// ways out.
///
/// `label` is the target that it is built by.
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// use elf::{BinaryKind, Breach, Limits, report};
///
/// let limits = Limits { glibc: "2.34".parse()?, exports: Some(Vec::new()) };
/// let message = report(BinaryKind::Library, "//app:lambda_zip", &limits, &[Breach::ExecutableStack], &[]);
/// assert!(message.starts_with("the shared library of //app:lambda_zip would not load everywhere"));
/// # Ok(())
/// # }
/// ```
pub fn report(kind: BinaryKind, label: &str, limits: &Limits, breaches: &[Breach], rlibs: &[(&Path, &[u8])]) -> String {
    let what = match kind {
        BinaryKind::Library => "shared library",
        BinaryKind::Program => "program",
    };
    let mut message = format!(
        "the {what} of {label} would not load everywhere (it is built for glibc {} and newer):",
        limits.glibc
    );
    let mut families: BTreeMap<Family, Vec<&str>> = BTreeMap::new();
    for breach in breaches {
        if let Breach::Undefined(symbol) = breach
            && let Some(family) = Family::of(symbol)
        {
            families.entry(family).or_default().push(symbol);
            continue;
        }
        message += &format!("\n  - {breach}{}", origins(breach, rlibs));
        if let Some(way_out) = way_out_of(breach) {
            message += &format!(": {way_out}");
        }
    }
    for (family, symbols) in families {
        message += &format!("\n  - nothing defines {}: {}", shortened(&symbols), family.advice());
    }
    for way_out in ways_out(kind, limits, breaches) {
        message += &format!("\n{way_out}");
    }
    message
}

/// The first of some symbols, and how many there are besides.
pub fn shortened(symbols: &[&str]) -> String {
    let shown: Vec<String> = symbols
        .iter()
        .take(LISTED)
        .map(|symbol| format!("`{symbol}`"))
        .collect();
    match symbols.len().saturating_sub(LISTED) {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Where a breach comes from, if that is known.
fn origins(breach: &Breach, rlibs: &[(&Path, &[u8])]) -> String {
    let origins = likely_origins(breach, rlibs.iter().copied());
    match origins.is_empty() {
        true => String::new(),
        false => format!("; likely from the crate {}", described(origins)),
    }
}

/// Origins by their names, with the functions that are known of each.
pub fn described(origins: BTreeMap<String, Origin>) -> String {
    let crates: Vec<String> = origins
        .into_iter()
        .map(|(name, origin)| {
            let functions: Vec<&str> = origin.functions.iter().map(String::as_str).collect();
            match functions.is_empty() {
                true => format!("`{name}`"),
                false => format!("`{name}` (in {})", shortened(&functions)),
            }
        })
        .collect();
    crates.join(" or ")
}

/// What to do about a breach of which there is one at most.
pub fn way_out_of(breach: &Breach) -> Option<&'static str> {
    match breach {
        Breach::StaticTls { largest, .. } => Some(match largest {
            // What the crate's C code is renamed by.
            Some((variable, _)) if variable.starts_with("_rjem_") => {
                "set the feature `disable_initial_exec_tls` of the crate `tikv-jemallocator`"
            }
            _ => {
                "compile them in the global-dynamic model (`-ftls-model=global-dynamic` in C, where `initial-exec` is asked for; jemalloc's \
                 crate has the feature `disable_initial_exec_tls`)"
            }
        }),
        Breach::Abi(version) if version.name == "GLIBC_ABI_DT_RELR" => Some("link it with `-z nopack-relative-relocs`"),
        Breach::TextRelocations => {
            Some("compile all its code as position-independent (`-fPIC` in C, no absolute addresses in assembly)")
        }
        Breach::ExecutableStack => Some(
            "take `-z execstack` out of what it is linked with, and have each file of assembly say that it needs none \
             (`.section .note.GNU-stack,\"\",%progbits`)",
        ),
        _ => None,
    }
}

/// The version that a breach is about, if it is one of a version that is too new.
fn too_new(breach: &Breach) -> Option<&SymbolVersion> {
    match breach {
        Breach::TooNew { version, .. } | Breach::Abi(version) => Some(version),
        _ => None,
    }
}

/// What to do about breaches of which there may be many.
fn ways_out(kind: BinaryKind, limits: &Limits, breaches: &[Breach]) -> Vec<String> {
    let mut ways = Vec::new();
    let versions: Vec<&SymbolVersion> = breaches.iter().filter_map(too_new).collect();
    if !versions.is_empty() && kind == BinaryKind::Program {
        ways.push(
            "it was linked by another C toolchain than the rules' own, for another system: take out of \
             `--@rules_rust_lambda//rules/settings:cc_toolchains` what is for the host"
                .to_owned(),
        );
    } else if !versions.is_empty() {
        let newest = NEWEST
            .parse::<GlibcVersion>()
            .ok()
            .filter(|newest| limits.glibc < *newest);
        let is_in_newest = newest.is_some_and(|newest| versions.iter().all(|version| has_version(version, &newest)));
        let runtime = match is_in_newest {
            true => format!(
                ", or a `runtime` with a newer glibc (python3.12 and later have {NEWEST}), or a newer `glibc` where one is set"
            ),
            false => format!("; no runtime of Lambda's has a newer glibc than {NEWEST}"),
        };
        ways.push(format!(
            "use a version or a feature of the crate that does without what is too new{runtime}"
        ));
    }
    if breaches.iter().any(|breach| matches!(breach, Breach::Needed(_))) {
        ways.push(
            "use a feature of the crate that does without the library, or links it statically (many have `vendored`, `rustls` or `static`); or \
             lay the library into the zip by `data`, at its root or in `lib`, or into the `lib` of a `lambda_layer` among its `layers`; or name it \
             in `layer_libraries` if a layer of others brings it"
                .to_owned(),
        );
    }
    let has_unknown = |breach: &Breach| matches!(breach, Breach::Undefined(symbol) if Family::of(symbol).is_none());
    if breaches.iter().any(has_unknown) {
        ways.push(
            "link the library that defines what is not defined (a `cc_library` among the deps, `cargo:rustc-link-lib` in a build script), \
             or take out what asks for it"
                .to_owned(),
        );
    }
    ways
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;

    fn limits(glibc: &str) -> Result<Limits> {
        Ok(Limits {
            glibc: glibc.parse()?,
            exports: Some(Vec::new()),
        })
    }

    fn too_new(symbol: &str, version: &str) -> Breach {
        Breach::TooNew {
            symbol: symbol.to_owned(),
            version: SymbolVersion {
                name: version.to_owned(),
                library: "libc.so.6".to_owned(),
            },
        }
    }

    #[test]
    fn a_newer_runtime_is_advised_where_one_has_it() -> Result<()> {
        for (glibc, version, advice) in [
            ("2.26", "GLIBC_2.30", "or a `runtime` with a newer glibc"),
            (
                "2.26",
                "GLIBC_2.36",
                "no runtime of Lambda's has a newer glibc than 2.34",
            ),
            (
                "2.34",
                "GLIBC_2.36",
                "no runtime of Lambda's has a newer glibc than 2.34",
            ),
        ] {
            let message = report(
                BinaryKind::Library,
                "//app:zip",
                &limits(glibc)?,
                &[too_new("f", version)],
                &[],
            );
            assert!(message.contains(advice), "{message}");
        }
        Ok(())
    }

    #[test]
    fn the_annotation_of_aws_lc_is_given_once_with_the_version_that_is_missed() -> Result<()> {
        let names = ["AES_encrypt", "EVP_sha256", "RSA_new", "SHA256", "X25519"];
        let mut breaches = vec![Breach::Undefined("nobody".to_owned())];
        breaches.extend(names.map(|name| Breach::Undefined(format!("aws_lc_0_47_0_{name}"))));
        let message = report(BinaryKind::Library, "//app:zip", &limits("2.34")?, &breaches, &[]);
        for part in [
            "\n  - it uses `nobody`, which neither",
            "`aws_lc_0_47_0_RSA_new` and 2 more",
            "build_script_rustc_env = {\"CARGO_PKG_VERSION\": \"0.47.0\"},\n            crate = \"aws-lc-sys\",",
            "link the library that defines",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(message.matches("MODULE.bazel").count(), 1, "{message}");
        Ok(())
    }

    #[test]
    fn jemalloc_is_known_by_its_variables() -> Result<()> {
        let breach = |variable: &str| Breach::StaticTls {
            size: 2976,
            largest: Some((variable.to_owned(), 2864)),
        };
        for (variable, advice) in [
            ("_rjem_je_tsd_tls", "of the crate `tikv-jemallocator`"),
            ("state", "`-ftls-model=global-dynamic`"),
        ] {
            let message = report(
                BinaryKind::Library,
                "//app:zip",
                &limits("2.34")?,
                &[breach(variable)],
                &[],
            );
            assert!(message.contains("2976 bytes") && message.contains(advice), "{message}");
        }
        Ok(())
    }
}
