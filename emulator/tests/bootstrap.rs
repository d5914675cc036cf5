//! Zips whose `bootstrap` asks for events itself, as on an OS-only runtime.

mod common;

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use emulator::{CallContext, Case, Expectation, Program, Runner, Sandbox, Verdict};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use zip::{ZipWriter, write::SimpleFileOptions};

use common::BOOTSTRAP;

/// A process that another test starts while this one writes an executable would keep that from being run.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

struct Files {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Files {
    async fn new() -> Self {
        Self {
            _turn: ONE_AT_A_TIME.lock().await,
            folder: TempDir::new().unwrap(),
        }
    }

    fn write(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    fn zip(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.path().join("function.zip");
        let mut writer = ZipWriter::new(File::create(&path).unwrap());
        writer
            .start_file(name, SimpleFileOptions::default().unix_permissions(mode))
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap();
        path
    }

    fn case(&self, name: &str, event: &Value, expectation: Expectation) -> Case {
        Case {
            name: name.to_owned(),
            event: Some(self.write("event.json", &event.to_string(), 0o644)),
            context: CallContext::default(),
            expectation,
        }
    }
}

fn sandbox(zip: &Path, env: &[(&str, &str)]) -> Sandbox {
    let env = env
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Sandbox::new(zip, "a.handler", "provided.al2023", env).unwrap()
}

fn runner(files: &Files, handle: &str, env: &[(&str, &str)]) -> Runner {
    let zip = files.zip("bootstrap", &BOOTSTRAP.replace("HANDLE", handle), 0o755);
    let sandbox = sandbox(&zip, env);
    let program = Program::of_zip(&sandbox, &zip).unwrap();
    Runner::new(sandbox, program, Duration::from_secs(20))
}

async fn same_as(files: &Files, one: &str, other: &str, expectation: Expectation) -> Verdict {
    let other = files.write("other", &BOOTSTRAP.replace("HANDLE", other), 0o755);
    let other = Program::bootstrap(&other).unwrap();
    let cases = [files.case("ada", &json!({}), expectation)];
    let runner = runner(files, one, &[]).same_as("other", other, true, &cases);
    runner.await.unwrap().run(&cases[0]).await.unwrap()
}

#[track_caller]
fn passed(verdict: &Verdict) {
    assert!(matches!(verdict, Verdict::Passed), "{verdict:?}");
}

#[track_caller]
fn difference(verdict: Verdict) -> String {
    match verdict {
        Verdict::Failed { difference, .. } => difference,
        Verdict::Passed => panic!("the case passed"),
    }
}

fn error(error_type: &str) -> serde_json::Map<String, Value> {
    [("errorType".to_owned(), error_type.into())].into_iter().collect()
}

#[tokio::test]
async fn a_zips_own_bootstrap_answers() {
    let files = Files::new().await;
    let handle = r#"respond "[$event, \"$STAGE\", \"$_HANDLER\", \"${AWS_EXECUTION_ENV-none}\", \"${PWD##*/}\"]""#;
    let mut runner = runner(&files, handle, &[("STAGE", "test")]);
    for n in [1, 2] {
        let expected = json!([{"n": n}, "test", "a.handler", "none", "task"]);
        let case = files.case("answer", &json!({"n": n}), Expectation::Response(expected));
        passed(&runner.run(&case).await.unwrap());
    }
}

#[tokio::test]
async fn a_bootstrap_that_ends_is_an_error_and_is_started_anew() {
    let files = Files::new().await;
    let mut runner = runner(&files, r#"[[ $event == 1 ]] && exit 3; respond "$event""#, &[]);
    let exit = Expectation::Error(error("Runtime.ExitError"));
    passed(&runner.run(&files.case("end", &json!(1), exit)).await.unwrap());
    let response = Expectation::Response(json!(2));
    passed(&runner.run(&files.case("again", &json!(2), response)).await.unwrap());
}

#[tokio::test]
async fn a_bootstrap_that_ends_at_once_fails_to_start() {
    let files = Files::new().await;
    let mut runner = runner(&files, "", &[("BROKEN", "1")]);
    let case = files.case("init", &json!({}), Expectation::InitError(error("Runtime.ExitError")));
    passed(&runner.run(&case).await.unwrap());
}

#[tokio::test]
async fn a_zip_without_a_bootstrap_that_can_be_run_is_told() {
    let files = Files::new().await;
    for (name, mode, part) in [
        ("index.py", 0o644, "has no `bootstrap`"),
        ("bootstrap", 0o644, "not executable"),
    ] {
        let zip = files.zip(name, "", mode);
        let error = Program::of_zip(&sandbox(&zip, &[]), &zip).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("function.zip"), "{error}");
    }
}

#[tokio::test]
async fn two_programs_are_given_the_same_and_compared() {
    let files = Files::new().await;
    let any = || Expectation::Error(error("E"));
    let handle = r#"echo "$id $trace"; fail E "$id $trace ${header[lambda-runtime-deadline-ms]}""#;
    passed(&same_as(&files, handle, handle, any()).await);

    let text = difference(same_as(&files, "fail E one", "fail E two", any()).await);
    assert!(text.contains("other and the zip do not end in the same way"), "{text}");
    assert!(
        text.contains("-  \"errorMessage\": \"two\"") && text.contains("+  \"errorMessage\": \"one\""),
        "{text}"
    );

    let text = difference(same_as(&files, "echo one; fail E x", "echo two; fail E x", any()).await);
    assert!(
        text.contains("do not write the same") && text.contains("-two\n+one"),
        "{text}"
    );
    assert!(!text.contains("do not end"), "{text}");
}

#[tokio::test]
async fn an_event_is_accompanied_by_its_context() {
    let files = Files::new().await;
    let handle = r#"respond "[${header[lambda-runtime-client-context]}, \"${header[lambda-runtime-aws-tenant-id]}\"]""#;
    let mut runner = runner(&files, handle, &[]);
    let mut case = files.case("context", &json!({}), Expectation::Response(json!([{"a": 1}, "blue"])));
    case.context = CallContext {
        client_context: Some(r#"{"a":1}"#.to_owned()),
        tenant_id: Some("blue".to_owned()),
        ..CallContext::default()
    };
    passed(&runner.run(&case).await.unwrap());
}
