//! Which shared libraries Lambda's runtimes have, and of which version.

use crate::{GlibcVersion, linkage::SymbolVersion};

/// The libraries that are glibc's own.
const GLIBC: [&str; 11] = [
    "libc.so.6",
    "libm.so.6",
    "libmvec.so.1",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libanl.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
];

/// The dynamic linkers that Lambda's runtimes have.
pub const INTERPRETERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

/// The glibc of Amazon Linux 2023; the runtimes with an older one are of Amazon Linux 2.
const GLIBC_OF_2023: &str = "2.34";

/// The libraries of GCC that both systems have, with what the names of their symbols' versions start with, and the newest version of
/// each system: of GCC 7 and GCC 11.
/// Amazon Linux 2023 brought newer ones later (GCC 14), which not every copy of it has.
const GCC: [(&str, &str, &str, &str); 3] = [
    ("libgcc_s.so.1", "GCC_", "7.0.0", "11.0"),
    ("libstdc++.so.6", "GLIBCXX_", "3.4.24", "3.4.29"),
    ("libstdc++.so.6", "CXXABI_", "1.3.11", "1.3.13"),
];

/// Whether a library is glibc's own.
pub(crate) fn is_of_glibc(library: &str) -> bool {
    GLIBC.contains(&library)
}

/// Whether all runtimes have a library.
pub(crate) fn has(library: &str) -> bool {
    is_of_glibc(library) || GCC.iter().any(|(name, ..)| *name == library)
}

/// Whether a runtime with some glibc has a version of symbols. `GLIBC_PRIVATE` and the like it has not; what other libraries than its own
/// have is not told here.
pub(crate) fn has_version(version: &SymbolVersion, glibc: &GlibcVersion) -> bool {
    if let Some(number) = version.name.strip_prefix("GLIBC_") {
        return number.parse::<GlibcVersion>().is_ok_and(|number| number <= *glibc);
    }
    if is_of_glibc(&version.library) {
        return false;
    }
    let is_new = GLIBC_OF_2023.parse().is_ok_and(|new| *glibc >= new);
    let newest = GCC
        .iter()
        .filter(|(library, ..)| *library == version.library)
        .find_map(|(_, prefix, old, new)| Some((version.name.strip_prefix(prefix)?, if is_new { new } else { old })));
    match newest {
        // Some have names, and are as old as the library.
        Some((number, newest)) => match (number.parse::<GlibcVersion>(), newest.parse()) {
            (Ok(number), Ok(newest)) => number <= newest,
            _ => true,
        },
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() -> Result<()> {
        for (library, name, glibc, has) in [
            ("libc.so.6", "GLIBC_2.2.5", "2.26", true),
            ("libc.so.6", "GLIBC_2.26", "2.26", true),
            ("libc.so.6", "GLIBC_2.34", "2.26", false),
            ("libc.so.6", "GLIBC_2.34", "2.34", true),
            ("libc.so.6", "GLIBC_2.100", "2.34", false),
            ("libc.so.6", "GLIBC_PRIVATE", "2.34", false),
            ("libc.so.6", "GLIBC_ABI_DT_RELR", "2.34", false),
            ("libc.so.6", "GCC_3.0", "2.34", false),
            ("libgcc_s.so.1", "GCC_3.0", "2.26", true),
            ("libgcc_s.so.1", "GCC_4.2.0", "2.26", true),
            ("libgcc_s.so.1", "GCC_13.0.0", "2.34", false),
            ("libstdc++.so.6", "GLIBCXX_3.4.29", "2.26", false),
            ("libstdc++.so.6", "GLIBCXX_3.4.29", "2.34", true),
            ("libstdc++.so.6", "GLIBCXX_3.4.30", "2.34", false),
            ("libstdc++.so.6", "CXXABI_1.3.9", "2.26", true),
            ("libstdc++.so.6", "CXXABI_FLOAT128", "2.26", true),
            ("libssl.so.3", "OPENSSL_3.0.0", "2.26", true),
        ] {
            let version = SymbolVersion {
                name: name.to_owned(),
                library: library.to_owned(),
            };
            assert_eq!(
                has_version(&version, &glibc.parse()?),
                has,
                "{name} of {library}, {glibc}"
            );
        }
        assert!("2.x".parse::<GlibcVersion>().is_err());
        Ok(())
    }

    #[test]
    fn musl_is_not_glibc() {
        assert!(has("libc.so.6") && has("libgcc_s.so.1"));
        assert!(!has("libc.so") && !has("libc.musl-x86_64.so.1") && !has("libpthread.so") && !has("libssl.so.3"));
    }
}
