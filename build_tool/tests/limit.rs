//! A zip that is too large for where it goes, alone or with its layers, is refused, and not left behind.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn pack(folder: &Path, limit: &str) -> Output {
    let source = folder.join("source");
    // What no compression makes smaller.
    let mut state = 1u32;
    let noise = (0..3000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    fs::write(&source, noise.collect::<Vec<u8>>()).expect("the folder can be written to");
    Command::new(env!("CARGO_BIN_EXE_build_tool"))
        .arg("zip")
        .arg("--output")
        .arg(folder.join("output.zip"))
        .arg(format!("--file=data={}", source.display()))
        .args(["--limit", limit, "--label", "//app:zip"])
        .output()
        .expect("the build tool runs")
}

#[test]
fn a_zip_within_the_limit_is_written() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    assert!(pack(folder.path(), "4000=on the edge").status.success());
    assert!(folder.path().join("output.zip").exists());
}

#[test]
fn a_larger_one_is_refused() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let output = pack(folder.path(), "2000=on the edge");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    for part in ["//app:zip has 3", "on the edge, it may have 2000", "leave out"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!folder.path().join("output.zip").exists());
}

#[test]
fn a_zip_is_too_large_with_its_layers() {
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let path = |name: &str| folder.path().join(name);
    // Bazel names it from the folder that the test starts in.
    let build_tool = std::path::absolute(env!("CARGO_BIN_EXE_build_tool")).expect("there is a working directory");
    let run = |arguments: &[&str]| {
        let output = Command::new(&build_tool)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("the build tool runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    fs::write(path("words"), "0123456789").expect("the folder can be written to");
    fs::write(path("list"), "words\nwords\n//app:words\n").expect("the folder can be written to");
    let layer = [
        "lambda-layer",
        "--list=list",
        "--output=layer.zip",
        "--architecture=any",
        "--label=//app:layer",
    ];
    assert_eq!(run(&layer), (true, String::new()));
    // What Lambda takes, less what the layer has; without its bytes on the disk.
    let large = fs::File::create(path("large")).expect("the folder can be written to");
    large.set_len(262_144_000 - 9).expect("a file can have holes");
    let zip = [
        "zip",
        "--output=output.zip",
        "--file=large=large",
        "--layer",
        "//app:layer",
        "layer.zip",
        "--label=//app:zip",
    ];
    let (is_written, message) = run(&zip);
    assert!(!is_written && !path("output.zip").exists());
    for part in [
        "//app:zip holds 262143991 bytes, its layer //app:layer 10, together 262144001, unpacked; Lambda takes 262144000",
        "`large` of 262143991",
    ] {
        assert!(message.contains(part), "{message}");
    }
}
