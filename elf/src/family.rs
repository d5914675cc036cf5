//! Symbols that are known to stay undefined, for a reason that is known.

/// Undefined symbols with one way out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// Of AWS-LC, whose symbols have the version of the crate that holds it in their names.
    AwsLc {
        /// The crate.
        crate_name: &'static str,
        /// The version that Rust's side of it has.
        version: String,
    },
    /// Of C++ code, or its standard library.
    Cxx,
}

/// What the mangled names of C++'s standard library start with, and those of what compilers of C++ call. Rust's legacy mangling is C++'s, but
/// has no abbreviations.
const CXX_PREFIXES: [&str; 10] = [
    "_ZNSt",
    "_ZNKSt",
    "_ZSt",
    "_ZTVSt",
    "_ZTISt",
    "_ZTVN10__cxxabiv1",
    "_Zn",
    "_Zd",
    "__cxa_",
    "__gxx_",
];

/// `__cxa_` functions that are glibc's, and others' code calls.
const CXX_OF_GLIBC: [&str; 4] = [
    "__cxa_atexit",
    "__cxa_at_quick_exit",
    "__cxa_finalize",
    "__cxa_thread_atexit_impl",
];

/// What the crate `cxx` has in the names of what it calls in C++, and in those of its own C++ code, which Cargo's build script compiles and
/// crate_universe leaves to a `cc_library`.
const CXX_BRIDGE: &str = "cxxbridge1$";

impl Family {
    /// The family of an undefined symbol, if it has one.
    pub(crate) fn of(symbol: &str) -> Option<Self> {
        if let Some(version) = aws_lc_version(symbol, "aws_lc_fips_") {
            return Some(Self::AwsLc {
                crate_name: "aws-lc-fips-sys",
                version,
            });
        }
        if let Some(version) = aws_lc_version(symbol, "aws_lc_") {
            return Some(Self::AwsLc {
                crate_name: "aws-lc-sys",
                version,
            });
        }
        let is_standard =
            CXX_PREFIXES.iter().any(|prefix| symbol.starts_with(prefix)) && !CXX_OF_GLIBC.contains(&symbol);
        (is_standard || symbol.contains(CXX_BRIDGE)).then_some(Self::Cxx)
    }

    /// Why its symbols are undefined, and what to do about it.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::AwsLc { crate_name, version } => format!(
                "they are in C code of the crate `{crate_name}`, under other names: rules_rust compiles its build script without the \
                 version that they are named by. Give it with crate_universe's annotation, in MODULE.bazel:
        crate.annotation(
            build_script_rustc_env = {{\"CARGO_PKG_VERSION\": \"{version}\"}},
            crate = \"{crate_name}\",
        )
    or, where `crates_repository` or `crates_vendor` has the crates, among its `annotations`:
        \"{crate_name}\": [crate.annotation(build_script_rustc_env = {{\"CARGO_PKG_VERSION\": \"{version}\"}})],
    or, in a BUILD file of your own, as `rustc_env` of the crate's `cargo_build_script`"
            ),
            Self::Cxx => "they are of C++, and nothing that is linked showed that it is in C++. Add \
                          `@rules_rust_lambda//rules:cxx_runtime`, C++'s standard library, to the `deps` of the program, or of the library \
                          in C++. What that does not define is in a library that is missing; and what is in `std::__cxx11` is GCC's, so \
                          that an archive which asks for it has to be compiled here, from its source"
                .to_owned(),
        }
    }
}

/// What to do about a symbol that is undefined, if it is one of those that often are.
///
/// ```
/// assert!(elf::known_advice("aws_lc_0_47_0_EVP_sha256").is_some_and(|advice| advice.contains("CARGO_PKG_VERSION")));
/// assert_eq!(elf::known_advice("nobody"), None);
/// ```
pub fn known_advice(symbol: &str) -> Option<String> {
    Family::of(symbol).map(|family| family.advice())
}

/// The version in the name of a symbol of AWS-LC: `0.47.0` of `aws_lc_0_47_0_EVP_sha256`.
fn aws_lc_version(symbol: &str, prefix: &str) -> Option<String> {
    let mut parts = symbol.strip_prefix(prefix)?.splitn(4, '_');
    let numbers: Vec<&str> = parts.by_ref().take(3).collect();
    let is_version = numbers.len() == 3
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()));
    (is_version && parts.next().is_some()).then(|| numbers.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws_lc(crate_name: &'static str, version: &str) -> Option<Family> {
        Some(Family::AwsLc {
            crate_name,
            version: version.to_owned(),
        })
    }

    #[test]
    fn a_symbol_of_aws_lc_tells_the_version() {
        for (symbol, family) in [
            ("aws_lc_0_47_0_AES_cbc_encrypt", aws_lc("aws-lc-sys", "0.47.0")),
            ("aws_lc_fips_0_13_9_EVP_sha256", aws_lc("aws-lc-fips-sys", "0.13.9")),
            ("aws_lc_1_20_333__x", aws_lc("aws-lc-sys", "1.20.333")),
            ("aws_lc_0_47_0", None),
            ("aws_lc_new_0_1_x", None),
            ("AES_cbc_encrypt", None),
        ] {
            assert_eq!(Family::of(symbol), family, "{symbol}");
        }
    }

    #[test]
    fn rust_and_c_are_not_taken_for_cxx() {
        for (symbol, is_cxx) in [
            (
                "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm",
                true,
            ),
            ("_Znwm", true),
            ("__gxx_personality_v0", true),
            ("__cxa_throw", true),
            ("cxxbridge1$cxx_string$init", true),
            ("shop$cxxbridge1$194$price", true),
            ("_ZN3std2io5stdio6_print17h81f3ed8a29797282E", false),
            ("__cxa_thread_atexit_impl", false),
            ("_RNvNtCs1_3std2io", false),
            ("zlibVersion", false),
        ] {
            assert_eq!(Family::of(symbol) == Some(Family::Cxx), is_cxx, "{symbol}");
        }
    }
}
