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

fn says(output: Output, parts: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{text}");
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
}

/// As the rule `//app:local` starts it, with an event of the rule's, and with files in the package and in the user's folder.
fn as_target(arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("function.zip");
    write_zip(&zip, r#"echo "A is $A, B is $B"; respond "$event""#);
    for path in ["app/testdata", "user"] {
        fs::create_dir_all(folder.path().join(path)).unwrap();
    }
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
    write("ada.json", "\"ada of the rule\"");
    write("app/testdata/bob.json", "\"bob of the package\"");
    write("user/cy.json", "\"cy of the user\"");
    write("user/local.env", "A=file\nexport B='from the file' # comment\n");
    write("user/wrong.env", "A=1\nB\n");
    command(&zip)
        .args(["--env", "A=rule", "--target", "//app:local", "--event"])
        .arg(folder.path().join("ada.json"))
        .args(arguments)
        .env("BUILD_WORKING_DIRECTORY", folder.path().join("user"))
        .env("BUILD_WORKSPACE_DIRECTORY", folder.path())
        .output()
        .unwrap()
}

#[test]
fn an_event_is_found_by_its_name_and_in_the_package_and_in_the_users_folder() {
    for (event, response) in [
        ("ada", "\"ada of the rule\"\n"),
        ("testdata/bob.json", "\"bob of the package\"\n"),
        ("cy.json", "\"cy of the user\"\n"),
    ] {
        assert_eq!(String::from_utf8_lossy(&as_target(&["invoke", event]).stdout), response);
    }
    says(as_target(&["invoke", "eve"]), &["no event eve", "one of ada, a file"]);
    says(
        as_target(&["invoke"]),
        &["no event", "one of ada", "bazel run //app:local -- invoke -"],
    );
}

#[test]
fn an_event_is_sent_to_the_function_that_its_file_is_for() {
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("function.zip");
    write_zip(&zip, r#"respond "\"$AWS_LAMBDA_FUNCTION_NAME\"""#);
    for event in ["testdata/other/ada.json", "testdata/bob.json"] {
        let path = folder.path().join(event);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
    let invoke_in = |caller: &Path, arguments: &[&str]| {
        command(&zip)
            .args(["--handler", "other=bootstrap", "--event", "testdata/bob.json"])
            .args(["--event", "testdata/other/ada.json", "invoke"])
            .args(arguments)
            .current_dir(folder.path())
            .env("BUILD_WORKING_DIRECTORY", caller)
            .output()
            .unwrap()
    };
    let invoke = |arguments: &[&str]| invoke_in(folder.path(), arguments);
    // By its path from a folder below the function's.
    let output = invoke_in(&folder.path().join("testdata/other"), &["ada.json"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\"other\"\n");
    for (arguments, function) in [
        (&["ada"] as &[&str], "other"),
        (&["testdata/other/ada.json"], "other"),
        (&["ada", "--function", "hello"], "hello"),
        (&["bob", "--function", "other"], "other"),
    ] {
        let output = invoke(arguments);
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(answer, format!("\"{function}\"\n"), "{arguments:?}");
    }
    for arguments in [&["bob"] as &[&str], &["-"], &["--example", "sqs"]] {
        says(
            invoke(arguments),
            &["several functions", "--function one of hello, other"],
        );
    }
    says(invoke(&["eve"]), &["no event eve", "one of bob, ada, a file"]);
}

#[test]
fn options_stand_anywhere() {
    for arguments in [
        ["--env", "A=mine", "--function", "hello", "invoke", "ada"],
        ["invoke", "--env", "A=mine", "ada", "--function", "hello"],
        ["--function", "hello", "invoke", "ada", "--env", "A=mine"],
    ] {
        let output = as_target(&arguments);
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && log.contains("A is mine"), "{log}");
    }
}

#[test]
fn a_file_of_variables_overrides_what_comes_before_it() {
    let log = |arguments: &[&str]| String::from_utf8_lossy(&as_target(arguments).stderr).into_owned();
    let from_file = log(&["invoke", "ada", "--env-file", "local.env"]);
    assert!(from_file.contains("A is file, B is from the file"), "{from_file}");
    let after_file = log(&["--env-file", "local.env", "--env", "A=mine", "invoke", "ada"]);
    assert!(after_file.contains("A is mine, B is from the file"), "{after_file}");
    says(
        as_target(&["--env-file", "wrong.env", "--env-file", "none.env"]),
        &["wrong.env:2: \"B\" has no value", "none.env"],
    );
}

#[test]
fn the_usage_speaks_of_the_target() {
    let unknown = as_target(&["--prot", "9"]);
    says(
        unknown,
        &["'--prot'", "bazel run //app:local -- [OPTIONS] [invoke [EVENT]]"],
    );
    let help = String::from_utf8_lossy(&as_target(&["--help"]).stdout).into_owned();
    assert!(
        help.contains("bazel run //app:local --") && help.contains("--env-file"),
        "{help}"
    );
    // What the rule gives is nobody else's matter.
    assert!(!help.contains("--zip") && !help.contains("emulator local"), "{help}");
    says(as_target(&["ada"]), &["'ada'", "invoke"]);
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    says(one_shot("", &["broken.json"]), &["broken.json", "line 2 column 6"]);
    says(one_shot("", &["none.json"]), &["no event none.json", "a file of JSON"]);
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
