//! What is said of files, whoever made them, and what the process ends with.

use std::{
    env, fs,
    io::{Cursor, Write},
    path::Path,
    process::Command,
};

use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

/// The test itself: a program in Rust, linked for the machine that compiles it.
fn program() -> Vec<u8> {
    fs::read(env::current_exe().expect("it runs")).expect("it can be read")
}

/// It again, as something else: a byte of its header is another.
fn program_with(place: usize, byte: u8) -> Vec<u8> {
    let mut program = program();
    program[place] = byte;
    program
}

fn with_machine(machine: u8) -> Vec<u8> {
    // Of x86_64 and aarch64, the second byte is 0.
    program_with(18, machine)
}

const X86_64: u8 = 62;
const AARCH64: u8 = 183;
const RISCV: u8 = 243;

fn zip(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in files {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .unix_permissions(*mode);
        zip.start_file(*name, options).expect("it can be added");
        zip.write_all(content).expect("it can be written");
    }
    zip.finish().expect("it is a zip").into_inner()
}

/// What the command ends with, and all that it says.
fn inspect(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    // Bazel names it from the folder that the test starts in.
    let build_tool = std::path::absolute(env!("CARGO_BIN_EXE_build_tool")).expect("there is a working directory");
    let output = Command::new(build_tool)
        .arg("inspect")
        .args([
            "--known-runtime=python3.12=2.34",
            "--known-runtime=python3.13=2.34",
            "--known-runtime=provided.al2023=2.34",
        ])
        .args(arguments)
        .env("BUILD_WORKING_DIRECTORY", folder)
        .current_dir("/")
        .output()
        .expect("the build tool runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// Writes a file, and inspects it. Any glibc does, but for what is told.
fn of(name: &str, content: &[u8], arguments: &[&str]) -> (Option<i32>, String) {
    let folder = TempDir::new().expect("there is a temporary folder");
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
    fs::write(path, content).expect("the folder can be written to");
    inspect(folder.path(), &[arguments, &[name]].concat())
}

fn assert_said(name: &str, (status, said): &(Option<i32>, String), expected: i32, parts: &[&str]) {
    assert_eq!(*status, Some(expected), "{name}: {said}");
    for part in parts {
        assert!(said.contains(part), "{name}: {part}: {said}");
    }
}

#[test]
fn what_can_not_be_loaded_is_told_with_its_cause() {
    let program = program();
    let whole = zip(&[("bootstrap", &program, 0o755)]);
    for (name, content, parts) in [
        (
            "empty.so",
            b"".as_slice(),
            ["it is empty", "build, copy or download it again"].as_slice(),
        ),
        (
            "short.so",
            &program[..program.len() / 2],
            &["it is cut short: it has ", "and by its header at least"],
        ),
        ("header.so", &program[..20], &["ends before its header does"]),
        (
            "cut.zip",
            &whole[..whole.len() / 2],
            &["it is no whole zip", "cut short"],
        ),
        (
            "bits.so",
            &program_with(4, 1),
            &["32-bit machine", "build it for x86_64 or aarch64"],
        ),
        ("endian.so", &program_with(5, 2), &["big-endian machine"]),
        (
            "riscv.so",
            &with_machine(RISCV),
            &["another machine than Lambda's", "x86_64-unknown-linux-gnu"],
        ),
        (
            "one.dylib",
            b"\xcf\xfa\xed\xfe\x0c\0\0\x01",
            &["built for macOS (Mach-O)", "`invalid ELF header`", "cross-compile"],
        ),
        ("one.so", b"\xca\xfe\xba\xbe\0\0\0\x02", &["built for macOS (Mach-O)"]),
        ("one.pyd", b"MZ\x90\0", &["built for Windows (PE)"]),
        ("libone.rlib", b"!<arch>\n", &["static library", "cdylib"]),
        ("layer.tar.gz", b"\x1f\x8b\x08\0", &["no zip"]),
    ] {
        let said = of(name, content, &["--glibc", "2.99"]);
        assert_said(name, &said, 1, parts);
        assert!(said.1.contains("NOT OK: 1 finding breaks"), "{name}: {}", said.1);
    }
}

#[test]
fn what_is_named_wrongly_is_a_mistake_of_the_callers() {
    let folder = TempDir::new().expect("there is a temporary folder");
    fs::write(folder.path().join("notes.txt"), "notes").expect("the folder can be written to");
    for (arguments, part) in [
        (["."].as_slice(), ". is a folder; name the files in it"),
        (&["missing.so"], "missing.so can't be read"),
        (&["notes.txt"], "notes.txt is neither an ELF file"),
        (
            &["--runtime", "python2.7", "notes.txt"],
            "no runtime `python2.7`; there are python3.12, python3.13 and provided.al2023",
        ),
        (&["--glibc", "new", "notes.txt"], "`new` is not a version of glibc"),
        (&[], "bazel run @rules_rust_lambda//:check -- [OPTIONS] FILE..."),
    ] {
        assert_said(part, &inspect(folder.path(), arguments), 2, &[part]);
    }
    // The others are told, too.
    fs::write(folder.path().join("empty.so"), "").expect("the folder can be written to");
    assert_said(
        "both",
        &inspect(folder.path(), &["missing.so", "empty.so"]),
        2,
        &["missing.so can't", "it is empty"],
    );
}

#[test]
fn a_program_is_judged_by_the_glibc_that_it_is_for() {
    let program = program();
    assert_said(
        "new",
        &of("bootstrap", &program, &["--glibc", "2.99"]),
        0,
        &[": a program, for ", "or newer (for `", "OK: "],
    );
    let said = of("bootstrap", &program, &["--glibc", "2.2.4"]);
    // What the standard library's own are used by, its symbol table tells.
    assert_said(
        "old",
        &said,
        1,
        &[
            "BREAKS  glibc",
            "it uses `",
            " of GLIBC_2.",
            "; likely from `std`",
            "build it for glibc 2.2.4",
        ],
    );
}

#[test]
fn a_zip_of_a_program_is_told_as_one() {
    let program = program();
    let loose = ["--glibc", "2.99"];
    for (kind, files, status, parts) in [
        (
            "right",
            [("bootstrap", program.as_slice(), 0o755)].as_slice(),
            0,
            ["a zip for the OS-only runtime, for ", "as the function has to be"].as_slice(),
        ),
        (
            "script",
            &[("bootstrap", b"#!/bin/sh\n", 0o755)],
            0,
            &["a zip for the OS-only runtime\n"],
        ),
        (
            "not executable",
            &[("bootstrap", &program, 0o644)],
            1,
            &["`bootstrap` is not executable", "chmod 755"],
        ),
        (
            "neither",
            &[("bootstrap", b"notes", 0o755)],
            1,
            &["neither a program nor a script"],
        ),
        (
            "in a folder",
            &[("release/bootstrap", &program, 0o755)],
            1,
            &["`release/bootstrap` lies in a folder", "zip -j"],
        ),
        (
            "of a Mac",
            &[("bootstrap", b"\xcf\xfa\xed\xfe\x0c\0\0\x01", 0o755)],
            1,
            &["`bootstrap`: it is built for macOS"],
        ),
        (
            "hidden",
            &[("bootstrap", b"#!/bin/sh\n", 0o700), ("data", b"", 0o600)],
            1,
            &["may not read `bootstrap` and `data`"],
        ),
        ("empty", &[], 1, &["it holds no files"]),
    ] {
        let said = of("function.zip", &zip(files), &loose);
        assert_said(kind, &said, status, parts);
    }
    assert_said(
        "by itself",
        &of(
            "function.zip",
            &zip(&[("bootstrap", &with_machine(X86_64), 0o755)]),
            &[],
        ),
        if cfg!(target_arch = "x86_64") { 0 } else { 1 },
        &["provided.al2023"],
    );
}

#[test]
fn a_zip_for_python_has_modules_of_one_python_and_one_machine() {
    let (x86_64, arm64) = (with_machine(X86_64), with_machine(AARCH64));
    let loose = ["--glibc", "2.99"];
    let mixed = zip(&[
        ("index.py", b"", 0o644),
        ("one.so", &x86_64, 0o755),
        ("lib/two.so", &arm64, 0o755),
    ]);
    let parts = [
        "two architectures",
        "`lib/two.so` for arm64; `one.so` for x86_64",
        "a zip for each",
    ];
    assert_said("mixed", &of("function.zip", &mixed, &loose), 1, &parts);

    let module = zip(&[("one.cpython-312-x86_64-linux-gnu.so", &x86_64, 0o755)]);
    let parts = [
        "for Python 3.12, which is not that of python3.13",
        "pip install --python-version",
    ];
    assert_said(
        "another",
        &of("function.zip", &module, &["--runtime", "python3.13"]),
        1,
        &parts,
    );
    let old = zip(&[("one.cpython-39-x86_64-linux-gnu.so", &x86_64, 0o755)]);
    let parts = ["for Python 3.9, which is not that of python3.12 and python3.13"];
    assert_said("none's", &of("one-cp39.whl", &old, &[]), 1, &parts);

    let of_windows = zip(&[
        ("index.py", b"", 0o644),
        ("one.cp313-win_amd64.pyd", b"MZ\x90\0", 0o755),
    ]);
    assert_said(
        "windows",
        &of("function.zip", &of_windows, &loose),
        1,
        &["`one.cp313-win_amd64.pyd`: it is built for Windows"],
    );
    let of_a_mac = zip(&[
        ("index.py", b"", 0o644),
        ("one.cpython-313-darwin.so", b"\xcf\xfa\xed\xfe\x0c\0\0\x01", 0o755),
    ]);
    assert_said(
        "mac",
        &of("function.zip", &of_a_mac, &loose),
        1,
        &[
            "`one.cpython-313-darwin.so`: it is built for macOS",
            "pip install --platform",
        ],
    );
}

#[test]
fn a_library_may_lie_beside_what_needs_it() {
    let mut program = program();
    let gcc = b"libgcc_s.so.1";
    let places: Vec<usize> = (0..program.len())
        .filter(|start| program[*start..].starts_with(gcc))
        .collect();
    for place in places {
        program[place..][..gcc.len()].copy_from_slice(b"libothr.so.12");
    }
    let loose = ["--glibc", "2.99"];
    let bare = zip(&[("bootstrap", &program, 0o755)]);
    let parts = [
        "BREAKS  needed",
        "it needs `libothr.so.12`, which Lambda's runtimes do not have",
        "`vendored`",
    ];
    assert_said("missing", &of("function.zip", &bare, &loose), 1, &parts);
    assert_said(
        "brought",
        &of(
            "function.zip",
            &bare,
            &["--glibc", "2.99", "--provided", "libothr.so.12"],
        ),
        0,
        &["OK"],
    );
    let beside = zip(&[("bootstrap", &program, 0o755), ("lib/libothr.so.12", b"", 0o755)]);
    assert!(!of("function.zip", &beside, &loose).1.contains("BREAKS  needed"));
    let elsewhere = zip(&[("bootstrap", &program, 0o755), ("vendor/libothr.so.12", b"", 0o755)]);
    let parts = ["`/var/task/vendor/libothr.so.12` is where nothing looks for it"];
    assert_said("elsewhere", &of("function.zip", &elsewhere, &loose), 1, &parts);
}

#[test]
fn json_has_the_same() {
    let (status, said) = of("empty.so", b"", &["--json"]);
    let document: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(status, Some(1));
    assert_eq!(document["breaks"], true);
    assert_eq!(document["files"][0]["name"], "empty.so");
    assert_eq!(document["files"][0]["findings"][0]["level"], "breaks");
    assert_eq!(document["files"][0]["findings"][0]["found"], "it is empty");
}
