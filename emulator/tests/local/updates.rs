//! `emulator test`: what it says of files before it runs anything, and what `--update` writes.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::harness::write_zip;

/// Runs `emulator test` in a folder with events, on a function that answers with what it is sent.
fn test(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let zip = folder.join("function.zip");
    write_zip(&zip, "call POST $runtime/invocation/$id/response \"$event\"");
    let output: Output = Command::new(fs::canonicalize(env!("CARGO_BIN_EXE_emulator")).unwrap())
        .args([
            "test",
            "--runtime",
            "provided.al2023",
            "--handler",
            "hello",
            "--zip",
            "function.zip",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn an_update_makes_a_test_pass_and_keeps_matchers() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("a.json"), r#"{"id": "17", "name": "Ada"}"#).unwrap();
    fs::write(
        file("a.response.json"),
        r#"{"id": {"$match": {"pattern": "^[0-9]+$"}}, "name": "Bea"}"#,
    )
    .unwrap();
    fs::write(file("b.json"), "[1]").unwrap();
    let cases = [
        "--case",
        "a=a.json=a.response.json",
        "--case",
        "b=b.json=new/b.response.json",
    ];

    let (passed, text) = test(folder.path(), &cases);
    assert!(!passed && text.contains("new/b.response.json"), "{text}");
    let (passed, text) = test(folder.path(), &cases[..2]);
    assert!(
        !passed && text.contains("$.name: expected \"Bea\", and it is \"Ada\""),
        "{text}"
    );

    let (passed, text) = test(folder.path(), &[&cases[..], &["--update", "."]].concat());
    assert!(passed && text.contains("a.response.json is written"), "{text}");
    let updated: serde_json::Value = serde_json::from_slice(&fs::read(file("a.response.json")).unwrap()).unwrap();
    assert_eq!(
        updated,
        serde_json::json!({"id": {"$match": {"pattern": "^[0-9]+$"}}, "name": "Ada"})
    );
    assert_eq!(fs::read_to_string(file("new/b.response.json")).unwrap(), "[\n  1\n]\n");
    let (passed, text) = test(folder.path(), &cases);
    assert!(passed, "{text}");
}

#[test]
fn what_came_to_another_end_is_not_written() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    fs::write(folder.path().join("a.error.json"), r#"{"errorType": "E"}"#).unwrap();
    let (passed, text) = test(
        folder.path(),
        &["--error-case", "a=a.json=a.error.json", "--update", "."],
    );
    assert!(
        !passed && text.contains("expected an error, but the function returned"),
        "{text}"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("a.error.json")).unwrap(),
        r#"{"errorType": "E"}"#
    );
}

#[test]
fn an_event_that_is_expected_itself_is_not_written() {
    let folder = TempDir::new().unwrap();
    let event = r#"{"id": {"$match": {"pattern": "x"}}}"#;
    fs::write(folder.path().join("a.json"), event).unwrap();
    let (passed, text) = test(folder.path(), &["--case", "a=a.json=a.json", "--update", "."]);
    assert!(!passed && text.contains("$.id: "), "{text}");
    assert_eq!(fs::read_to_string(folder.path().join("a.json")).unwrap(), event);
}

#[test]
fn all_files_that_can_t_be_used_are_told_before_anything_runs() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    fs::write(folder.path().join("bad.response.json"), r#"{"a": {"$match": "some"}}"#).unwrap();
    let cases = [
        "--case",
        "a=a.json=bad.response.json",
        "--case",
        "b=none.json=none.response.json",
    ];
    let (passed, text) = test(folder.path(), &cases);
    assert!(!passed, "{text}");
    for part in [
        "bad.response.json",
        "$.a: ",
        "cannot read none.json",
        "cannot read none.response.json",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("test a"), "{text}");
}
