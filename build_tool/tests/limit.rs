//! A zip that is too large for where it goes is refused, and not left behind.

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
