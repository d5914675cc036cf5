//! New builds of the zip.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::harness::{Local, command, terminate, write_zip};

#[test]
fn a_zip_that_changes_is_loaded_anew() {
    let local = Local::start("respond 1", &[]);
    assert_eq!(local.invoke("0").1, "1");
    write_zip(&local.zip, "respond 2");
    let began = Instant::now();
    while local.invoke("0").1 != "2" {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the first build is still served"
        );
        thread::sleep(Duration::from_millis(100));
    }
    // A zip that cannot be read leaves the one before.
    fs::write(&local.zip, "no zip").unwrap();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(local.invoke("0").1, "2");
}

#[test]
fn a_build_of_ibazel_that_fails_is_reported() {
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("function.zip");
    write_zip(&zip, "respond 1");
    let mut child = command(&zip)
        .args(["--port", "0"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(b"IBAZEL_BUILD_STARTED\nIBAZEL_BUILD_COMPLETED FAILURE\n")
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let reported = lines
        .map_while(Result::ok)
        .any(|line| line.contains("the build failed; what was built before is still served"));
    terminate(&mut child);
    assert!(reported);
}
