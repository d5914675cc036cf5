//! One event, and what is said of mistakes.

use std::{fs, path::Path, process::Output};

use tempfile::TempDir;

use crate::harness::{Local, command, write_zip};

/// Sends one event from the command line.
fn one_shot(handle: &str, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("function.zip");
    write_zip(&zip, handle);
    fs::write(folder.path().join("broken.json"), "{\"a\": 1,\n \"b\" 2}").unwrap();
    fs::write(folder.path().join("event.json"), "[1]").unwrap();
    command(&zip)
        .arg("invoke")
        .args(arguments)
        .env("BUILD_WORKING_DIRECTORY", folder.path())
        .output()
        .unwrap()
}

#[test]
fn one_event_is_sent_from_the_command_line() {
    let output = one_shot(r#"echo seen; respond "$event""#, &["event.json"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[1]\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("seen"));

    let output = one_shot(r#"respond "$event""#, &["--example", "sqs"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("aws:sqs"));

    let output = one_shot("fail Oops sorry", &["event.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("sorry"));
    // No colours where there is no terminal.
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let says = |output: Output, parts: &[&str]| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    };
    says(one_shot("", &["broken.json"]), &["broken.json", "line 2 column 6"]);
    says(one_shot("", &["none.json"]), &["none.json", "cannot read"]);
    says(
        one_shot("", &["event.json", "--function", "nope"]),
        &["\"nope\"", "hello"],
    );
    says(one_shot("", &["--example", "sqz"]), &["sqz", "sqs"]);

    let local = Local::start("respond 1", &[]);
    let port = local.port.to_string();
    says(
        command(&local.zip).args(["--port", &port]).output().unwrap(),
        &[&port, "is taken", "--port"],
    );
    says(
        command(Path::new("/no/such.zip")).output().unwrap(),
        &["/no/such.zip", "cannot open"],
    );
    let args = ["--handler", "hello=bootstrap"];
    says(
        command(&local.zip).args(args).output().unwrap(),
        &["two functions", "\"hello\""],
    );
}
