//! New builds of the zip.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::Stdio,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::harness::{Local, command, terminate, write_zip};

#[test]
fn a_zip_that_changes_is_loaded_anew() {
    let local = Local::start("respond 1", &[]);
    assert_eq!(local.invoke("0").1, "1");
    // An event right after a build never meets what was built before.
    for build in ["2", "3", "4"] {
        write_zip(&local.zip, &format!("respond {build}"));
        assert_eq!(local.invoke("0").1, build);
    }
    // A zip that cannot be read leaves the one before.
    fs::write(&local.zip, "no zip").unwrap();
    assert_eq!(local.invoke("0").1, "4");
    write_zip(&local.zip, "respond 5");
    assert_eq!(local.invoke("0").1, "5");
}

#[test]
fn an_event_waits_for_a_zip_that_is_being_built() {
    let local = Local::start("respond 1", &[]);
    assert_eq!(local.invoke("0").1, "1");
    let built = local.zip.with_extension("built");
    write_zip(&built, "respond 2");
    let whole = fs::read(&built).unwrap();
    fs::remove_file(&local.zip).unwrap();
    let zip = local.zip.clone();
    let build = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        fs::write(&zip, &whole[..whole.len() / 2]).unwrap();
        thread::sleep(Duration::from_millis(300));
        fs::write(&zip, &whole).unwrap();
    });
    assert_eq!(local.invoke("0").1, "2");
    build.join().unwrap();
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
