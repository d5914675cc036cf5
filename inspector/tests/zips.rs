//! `//:check` finds nothing wrong with what these rules build, and says what it is.

use std::{env, fs, path::Path, process::Command};

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the command ends with, and all that it says, from a user's folder.
fn check(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let command = std::path::absolute(variable("CHECK")).expect("there is a working directory");
    let output = Command::new(command)
        .args(arguments)
        .env("BUILD_WORKING_DIRECTORY", folder)
        .output()
        .expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn what_these_rules_build_is_right() {
    let folder = env::current_dir().expect("there is one");
    for (zip, parts) in [
        (
            "PYTHON",
            [
                "a zip for Python's runtimes, for x86_64",
                "a shared library, which Python can import",
                "2.34 or newer",
                "full (RELRO, BIND_NOW)",
            ]
            .as_slice(),
        ),
        ("ARM64", &["a zip for Python's runtimes, for arm64"]),
        (
            "OS_ONLY",
            &[
                "a zip for the OS-only runtime, for x86_64",
                "bootstrap: a program",
                ": provided.al2023",
            ],
        ),
        (
            "NODE",
            &[
                "a zip for Node.js's runtimes, for x86_64",
                ": nodejs22.x and nodejs24.x",
            ],
        ),
    ] {
        let (status, said) = check(&folder, &[&variable(zip)]);
        assert_eq!(status, Some(0), "{zip}: {said}");
        for part in parts {
            assert!(said.contains(part), "{zip}: {part}: {said}");
        }
        // Nothing of the machine that built it is left in it.
        assert!(
            said.contains("OK: nothing would break on Lambda\n") && !said.contains("build paths"),
            "{zip}: {said}"
        );
    }
}

#[test]
fn all_that_is_named_is_told_from_the_folder_that_the_user_is_in() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    fs::copy(variable("PYTHON"), folder.path().join("one.zip")).expect("it can be copied");
    fs::write(folder.path().join("two.so"), "").expect("it can be written");
    let (status, said) = check(folder.path(), &["one.zip", "two.so"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("one.zip: a zip for Python's runtimes") && said.contains("two.so: "),
        "{said}"
    );

    let (status, said) = check(folder.path(), &["--runtime", "python3.11", "one.zip"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("BREAKS  glibc") && said.contains("build it for glibc 2.26"),
        "{said}"
    );
}
