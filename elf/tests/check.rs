//! What is linked for Lambda is checked for all that keeps it from being loaded there.

use std::{env, fs, path::Path};

use elf::{BinaryKind, Breach, Limits, Linkage, build_paths, check_elf, glibc_floor, linked_origins, report};

/// The content of the file that a variable names.
fn file(variable: &str) -> Vec<u8> {
    let path = env::var(variable).unwrap_or_else(|error| panic!("{variable}: {error}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn limits(glibc: &str) -> Limits {
    Limits {
        glibc: glibc.parse().expect("it is a version"),
        exports: Some(vec!["exported".to_owned()]),
    }
}

fn check(variable: &str) -> Vec<Breach> {
    check_elf(&file(variable), &limits("2.34")).expect("it is a library")
}

#[test]
fn what_has_nothing_special_may_be_loaded() {
    assert_eq!(check("PLAIN"), []);
}

#[test]
fn what_the_runtimes_glibc_has_not_is_told_with_its_version() {
    for (variable, glibc, expected) in [
        (
            "ASKS_2_26",
            "2.26",
            [
                "it uses `arc4random_buf` of GLIBC_2.36",
                "it uses `aws_lc_0_47_0_EVP_sha256`, which neither",
                "it uses `gettid` of GLIBC_2.30",
                "it uses `nobody_defines_this`, which neither",
            ]
            .as_slice(),
        ),
        (
            "ASKS_2_34",
            "2.34",
            &[
                "it uses `arc4random_buf` of GLIBC_2.36",
                "it uses `aws_lc_0_47_0_EVP_sha256`, which neither",
                "it uses `nobody_defines_this`, which neither",
            ],
        ),
        (
            // Linked with a newer glibc than it is to run with.
            "ASKS_2_34",
            "2.26",
            &[
                "it uses `arc4random_buf` of GLIBC_2.36",
                "it uses `aws_lc_0_47_0_EVP_sha256`, which neither",
                "it uses `gettid` of GLIBC_2.30",
                "it uses `nobody_defines_this`, which neither",
            ],
        ),
    ] {
        let breaches = check_elf(&file(variable), &limits(glibc)).expect("it is a library");
        let mut said: Vec<String> = breaches.iter().map(ToString::to_string).collect();
        // What std asks for besides of a newer glibc than it is to run with.
        said.retain(|line| {
            glibc == "2.34" || variable == "ASKS_2_26" || expected.iter().any(|part| line.contains(part))
        });
        said.sort();
        let is_as_expected = said.iter().zip(expected).all(|(line, part)| line.contains(part));
        assert!(said.len() == expected.len() && is_as_expected, "{variable}: {said:#?}");
    }
}

#[test]
fn a_programs_are_told_as_well() {
    let limits = Limits {
        exports: None,
        ..limits("2.34")
    };
    let breaches = check_elf(&file("ASKS_2_34"), &limits).expect("it is a library");
    let nobody = Breach::Undefined("nobody_defines_this".to_owned());
    assert!(breaches.contains(&nobody), "{breaches:?}");
}

#[test]
fn the_crate_and_the_function_are_named() {
    let breaches = check("ASKS_2_34");
    let rlib = file("UNDEFINED");
    let rlibs = [(Path::new("libundefined-0123abcd.rlib"), rlib.as_slice())];
    let said = report(
        BinaryKind::Library,
        "//app:lambda_zip",
        &limits("2.34"),
        &breaches,
        &rlibs,
    );
    for part in [
        "the shared library of //app:lambda_zip",
        "`arc4random_buf` of GLIBC_2.36; likely from the crate `undefined` (in `undefined::random`)",
        "or a library that it is linked with defines; likely from the crate `undefined` (in `undefined::others`)",
        "nothing defines `aws_lc_0_47_0_EVP_sha256`",
        "\"CARGO_PKG_VERSION\": \"0.47.0\"",
        "no runtime of Lambda's has a newer glibc",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn thread_local_variables_that_can_not_be_placed_are_refused() {
    for variable in ["LARGE_TLS_X86_64", "LARGE_TLS_ARM64"] {
        let breaches = check(variable);
        let [Breach::StaticTls { size, largest }] = breaches.as_slice() else {
            panic!("{variable}: {breaches:?}");
        };
        assert!(*size >= 2864, "{variable}: {size}");
        assert_eq!(*largest, Some(("state".to_owned(), 2864)), "{variable}");
    }
    for variable in ["SMALL_TLS_X86_64", "SMALL_TLS_ARM64"] {
        assert_eq!(check(variable), [], "{variable}");
    }
}

#[test]
fn code_that_is_written_to_is_refused() {
    assert_eq!(check("TEXT_RELOCATIONS"), [Breach::TextRelocations]);
}

#[test]
fn executable_stacks_are_refused() {
    assert_eq!(check("EXECUTABLE_STACK"), [Breach::ExecutableStack]);
}

#[test]
fn what_was_linked_tells_who_uses_what() {
    for variable in ["ASKS_2_34", "ASKS_2_34_ARM64"] {
        let library = file(variable);
        let breaches = check(variable);
        let all: Vec<&Breach> = breaches.iter().collect();
        let origins = linked_origins(&library, &all).expect("it is a library");
        for (part, function) in [
            ("`arc4random_buf` of", "undefined::random"),
            ("`nobody_defines_this`", "undefined::others"),
        ] {
            let place = breaches.iter().position(|breach| breach.to_string().contains(part));
            let origin = place.and_then(|place| origins[place].get("undefined"));
            let functions = origin
                .unwrap_or_else(|| panic!("{variable}: {part}: {origins:?}"))
                .functions
                .iter();
            assert_eq!(functions.collect::<Vec<_>>(), [function], "{variable}");
        }
    }
    let origins = linked_origins(&file("TEXT_RELOCATIONS"), &[&Breach::TextRelocations]).expect("it is a library");
    assert!(origins[0].contains_key("address"), "{origins:?}");
}

#[test]
fn the_newest_version_is_the_floor() {
    for (variable, version, symbol) in [
        ("ASKS_2_26", "2.36", "arc4random_buf"),
        ("ASKS_2_34_ARM64", "2.36", "arc4random_buf"),
    ] {
        let library = file(variable);
        let linkage = Linkage::read(&library).expect("it is a library");
        let (floor, symbols) = glibc_floor(&linkage).expect("it needs glibc");
        assert_eq!(
            (floor.to_string().as_str(), symbols.into_iter().collect::<Vec<_>>()),
            (version, vec![symbol])
        );
    }
}

#[test]
fn how_a_library_is_linked_is_read() {
    let read = |variable| Linkage::read(&file(variable)).expect("it is a library");
    let plain = read("PLAIN");
    assert!(plain.has_relro && plain.binds_now && !plain.has_executable_stack && !plain.has_text_relocations);
    assert!(
        plain.run_paths.is_empty() && plain.exports.contains(&"exported".to_owned()),
        "{plain:?}"
    );
    let lazy = read("LAZY");
    assert!(lazy.has_relro && !lazy.binds_now);
    assert_eq!(lazy.run_paths, ["/home/me/lib", "/opt/lib"]);
    assert!(read("EXECUTABLE_STACK").has_executable_stack && read("TEXT_RELOCATIONS").has_text_relocations);
    // What these rules link is the same wherever it is built.
    assert_eq!(
        build_paths(&file("PLAIN"))
            .expect("it is a library")
            .into_keys()
            .collect::<Vec<_>>(),
        Vec::<String>::new()
    );
}
