//! Zips whose `bootstrap` asks for events itself, as on an OS-only runtime.

mod common;

use std::{
    fs::{self, File, Permissions},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use emulator::{
    compare::{CallContext, Case, Expectation},
    test::{Runner, Verdict},
};
use launcher::{Program, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use zip::{ZipWriter, write::SimpleFileOptions};

use common::{BOOTSTRAP, EXTENSION, LAYER_EXTENSION, SHUTDOWN_HOOK, SILENT_EXTENSION, await_end};

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
        self.zip_called("function.zip", name, text, mode)
    }

    fn zip_called(&self, called: &str, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.path().join(called);
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
    runner_with_deadline(files, handle, env, Duration::from_secs(20))
}

fn runner_with_deadline(files: &Files, handle: &str, env: &[(&str, &str)], deadline: Duration) -> Runner {
    let zip = files.zip("bootstrap", &BOOTSTRAP.replace("HANDLE", handle), 0o755);
    let sandbox = sandbox(&zip, env);
    let program = Program::of_zip(&sandbox, &zip).unwrap();
    Runner::new(sandbox, program, deadline)
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
async fn the_end_of_the_process_is_told_in_lambdas_words() {
    let files = Files::new().await;
    let mut runner = runner(&files, "eval \"$END\"", &[("END", "kill -9 $$")]);
    let expected = [("errorMessage".to_owned(), "x".into())].into_iter().collect();
    let case = files.case("end", &json!({}), Expectation::Error(expected));
    let text = difference(runner.run(&case).await.unwrap());
    assert!(text.contains("+  \"errorMessage\": \"RequestId: "), "{text}");
    assert!(
        text.contains(" Error: Runtime exited with error: signal: killed\""),
        "{text}"
    );
}

#[tokio::test]
async fn a_bootstrap_that_ends_after_its_answer_is_started_anew() {
    let files = Files::new().await;
    let mut runner = runner(&files, r#"respond "$event"; sleep 0.5; exit 0"#, &[]);
    for n in [1, 2] {
        let case = files.case("answer", &json!(n), Expectation::Response(json!(n)));
        passed(&runner.run(&case).await.unwrap());
    }
}

#[tokio::test]
async fn what_an_extension_does_after_an_event_belongs_to_it() {
    let files = Files::new().await;
    let mut runner = runner(&files, r#"echo "id $id"; respond "$event""#, &[("SETUP", EXTENSION)]);
    for n in [1, 2] {
        let case = files.case("answer", &json!(n), Expectation::Response(json!("the log, please")));
        let Verdict::Failed { logs, .. } = runner.run(&case).await.unwrap() else {
            panic!("the case passed")
        };
        let text = &logs[0].text;
        let id = text.lines().find_map(|line| line.strip_prefix("id ")).unwrap();
        assert_eq!(text.matches("flushed after ").count(), 1, "{text}");
        assert!(
            text.lines()
                .any(|line| line.starts_with("flushed after ") && line.contains(id)),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_extension_that_does_not_ask_for_events_is_told() {
    let files = Files::new().await;
    let setup = format!("{EXTENSION}{SILENT_EXTENSION}");
    let deadline = Duration::from_secs(4);
    let mut runner = runner_with_deadline(&files, r#"respond "$event""#, &[("SETUP", &setup)], deadline);
    let case = files.case("answer", &json!(1), Expectation::Response(json!(1)));
    let text = difference(runner.run(&case).await.unwrap());
    assert!(
        text.contains("the extension \"silent\" registered, but did not ask"),
        "{text}"
    );

    let hung = EXTENSION.replace("sleep 0.3", "sleep 30");
    let mut runner = runner_with_deadline(&files, r#"respond "$event""#, &[("SETUP", &hung)], deadline);
    let text = difference(runner.run(&case).await.unwrap());
    assert!(
        text.contains("it answered, but the extension \"flusher\" did not ask for another event"),
        "{text}"
    );
}

#[tokio::test]
async fn a_process_with_an_extension_is_given_time_to_shut_down() {
    let files = Files::new().await;
    let path = files.folder.path().join("saved");
    let saved = path.display().to_string();
    let with_extension = format!("{EXTENSION}{SHUTDOWN_HOOK}");
    for (setup, is_saved) in [(SHUTDOWN_HOOK, false), (&with_extension, true)] {
        let env = [("SETUP", setup), ("SAVED", &*saved)];
        let mut runner = runner(&files, r#"respond "$event""#, &env);
        let case = files.case("answer", &json!(1), Expectation::Response(json!(1)));
        passed(&runner.run(&case).await.unwrap());
        runner.end().await;
        assert_eq!(path.exists(), is_saved, "{setup}");
    }
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

/// A runner of a function with a layer that brings an extension.
fn layered(files: &Files, handle: &str, env: &[(&str, &str)]) -> Runner {
    let zip = files.zip("bootstrap", &BOOTSTRAP.replace("HANDLE", handle), 0o755);
    let layer = files.zip_called("layer.zip", "extensions/flush", LAYER_EXTENSION, 0o755);
    let sandbox = sandbox(&zip, env).with_layers(&[layer], &[]).unwrap();
    let program = Program::of_zip(&sandbox, &zip).unwrap();
    Runner::new(sandbox, program, Duration::from_secs(20))
}

#[tokio::test]
async fn a_layers_extension_is_started_sent_events_and_told_of_the_end() {
    let files = Files::new().await;
    let saved = files.folder.path().join("saved");
    let env = [("SAVED", saved.to_str().unwrap())];
    let mut runner = layered(&files, r#"respond '{"n": 1}'"#, &env);
    for _ in 0..2 {
        let case = files.case("n", &json!({}), Expectation::Response(json!({"n": 2})));
        let Verdict::Failed { logs, .. } = runner.run(&case).await.unwrap() else {
            panic!("the case passed");
        };
        assert!(logs[0].text.contains(r#"extension: {"deadlineMs""#), "{logs:?}");
        assert!(logs[0].text.contains(r#""eventType":"INVOKE""#), "{logs:?}");
    }
    assert!(!saved.exists());
    runner.end().await;
    let event: Value = serde_json::from_str(&fs::read_to_string(saved).unwrap()).unwrap();
    assert_eq!(event["eventType"], "SHUTDOWN");
    assert_eq!(event["shutdownReason"], "spindown");
}

#[tokio::test]
async fn a_layers_extension_has_nothing_of_the_runtimes_own() {
    let files = Files::new().await;
    let mut runner = layered(&files, r#"respond '{"n": 1}'"#, &[("SAVED", "/dev/null")]);
    let case = files.case("n", &json!({}), Expectation::Response(json!({"n": 2})));
    let Verdict::Failed { logs, .. } = runner.run(&case).await.unwrap() else {
        panic!("the case passed");
    };
    assert!(
        logs[0].text.contains("registered; the function is not told"),
        "{logs:?}"
    );
}

#[tokio::test]
async fn a_layers_extension_that_does_not_register_is_named_with_what_it_wrote() {
    let files = Files::new().await;
    let mut runner = layered(&files, "respond 1", &[("UNREGISTERED", "1")]);
    let case = files.case("n", &json!({}), Expectation::Response(json!(1)));
    let error = format!("{:#}", runner.run(&case).await.unwrap_err());
    for part in [
        r#"the extension "flush" of a layer ended with exit status: 4 before it had registered"#,
        "no key",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_layers_extension_that_ends_at_an_event_fails_it_and_the_next_has_another_process() {
    let files = Files::new().await;
    let mut runner = layered(&files, "sleep 5; respond 1", &[("CRASHED", "1")]);
    let case = files.case("n", &json!({}), Expectation::Error(error("Extension.Crash")));
    for _ in 0..2 {
        passed(&runner.run(&case).await.unwrap());
    }
}

#[tokio::test]
async fn what_a_layers_extension_leaves_behind_is_killed() {
    let files = Files::new().await;
    let left = files.folder.path().join("left");
    for (crashed, expectation) in [
        ("", Expectation::Response(json!(1))),
        ("1", Expectation::Error(error("Extension.Crash"))),
    ] {
        let env = [
            ("CRASHED", crashed),
            ("LEFT", left.to_str().unwrap()),
            ("SAVED", "/dev/null"),
        ];
        let mut runner = layered(&files, "sleep 0.5; respond 1", &env);
        passed(&runner.run(&files.case("n", &json!({}), expectation)).await.unwrap());
        runner.end().await;
        await_end(fs::read_to_string(&left).unwrap().trim());
    }
}
