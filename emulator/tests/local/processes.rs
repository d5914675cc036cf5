//! The functions' processes, from start to end.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    common::{EXTENSION, SHUTDOWN_HOOK, await_end},
    harness::{INVOKE, Local, command, terminate, write_zip},
};

#[test]
fn a_function_that_takes_too_long_is_killed() {
    let local = Local::start(
        r#"[[ $event == 1 ]] && sleep 60; respond "$$""#,
        &["--timeout-seconds", "1"],
    );
    let (_, first) = local.invoke("0");
    let began = Instant::now();
    let (head, body) = local.invoke("1");
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(head.contains("x-amz-function-error: unhandled"), "{head}");
    assert!(
        body.contains("Sandbox.Timedout") && body.contains("Task timed out after 1.00 seconds"),
        "{body}"
    );
    assert!(!Path::new("/proc").join(first.trim()).exists(), "{first} still runs");
    let (_, second) = local.invoke("0");
    assert_ne!(first, second);
}

#[test]
fn a_process_is_frozen_between_invocations() {
    let folder = TempDir::new().unwrap();
    let done = folder.path().join("done").display().to_string();
    // Lambda waits for what is done after the answer.
    let local = Local::start(
        r#"respond "$$"; sleep 0.2; touch "$DONE""#,
        &["--freeze", "--env", &format!("DONE={done}")],
    );
    let (_, first) = local.invoke("0");
    assert!(Path::new(&done).exists());
    // The signal is sent by now; on a busy machine, it takes a while to arrive.
    let status = || fs::read_to_string(format!("/proc/{first}/status")).unwrap();
    let is_stopped = || status().contains("State:\tT (stopped)");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !is_stopped() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(is_stopped(), "{}", status());
    assert_eq!(local.invoke("0").1, first);
}

#[test]
fn a_process_that_is_killed_is_an_error_and_is_started_anew() {
    let local = Local::start(r#"[[ $event == 1 ]] && sleep 60; respond "$$""#, &[]);
    let kill = |pid: &str| {
        assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
        // Until then, it would take the next event.
        await_end(pid);
    };
    let (_, first) = local.invoke("0");
    // Between two events.
    kill(&first);
    let (head, second) = local.invoke("0");
    assert!(!head.contains("x-amz-function-error") && first != second, "{head}");
    // During an event.
    thread::scope(|scope| {
        let event = scope.spawn(|| local.invoke("1"));
        thread::sleep(Duration::from_millis(500));
        kill(&second);
        let (head, body) = event.join().unwrap();
        assert!(head.contains("x-amz-function-error: unhandled"), "{head}");
        assert!(
            body.contains("\"Runtime.ExitError\"")
                && body.contains(" Error: Runtime exited with error: signal: killed"),
            "{body}"
        );
    });
    let (_, third) = local.invoke("0");
    assert_ne!(second, third);
}

#[test]
fn what_a_process_that_has_ended_leaves_behind_is_killed() {
    let local = Local::start(r#"sleep 60 & respond "$!"; exit"#, &[]);
    let (_, first) = local.invoke("0");
    let (_, second) = local.invoke("0");
    assert_ne!(first, second);
    await_end(&first);
}

#[test]
fn a_process_with_an_extension_is_given_time_to_shut_down() {
    let folder = TempDir::new().unwrap();
    let is_saved = |setup: &str, name: &str, end: &dyn Fn(&mut Local)| {
        let saved = folder.path().join(name);
        let environment = [format!("SETUP={setup}"), format!("SAVED={}", saved.display())];
        let arguments = ["--env", &environment[0], "--env", &environment[1]];
        let mut local = Local::start(r#"respond "$event"; [[ $event == 1 ]] && sleep 60"#, &arguments);
        assert_eq!(local.invoke("0").1, "0");
        end(&mut local);
        saved.exists()
    };
    let reload = |local: &mut Local| {
        write_zip(&local.zip, "respond 2");
        let began = Instant::now();
        while local.invoke("0").1 != "2" {
            assert!(began.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(100));
        }
        // The old process may take its time beside the new one.
        thread::sleep(Duration::from_secs(1));
    };
    let interrupt = |local: &mut Local| {
        assert!(terminate(&mut local.child).success());
    };
    let interrupt_an_event = |local: &mut Local| {
        let _stream = local.send(&format!("POST {INVOKE}"), "", b"1");
        thread::sleep(Duration::from_millis(500));
        assert!(terminate(&mut local.child).success());
    };
    let with_extension = format!("{EXTENSION}{SHUTDOWN_HOOK}");
    assert!(is_saved(&with_extension, "reload", &reload));
    assert!(is_saved(&with_extension, "interrupt", &interrupt));
    // Without an extension there is no time.
    assert!(!is_saved(SHUTDOWN_HOOK, "none", &reload));
    assert!(!is_saved(SHUTDOWN_HOOK, "none", &interrupt));
    // A shell runs its hook once `sleep` is done, which the signal ends as well: all of the group has it.
    assert!(is_saved(&with_extension, "event", &interrupt_an_event));

    let saved = folder.path().join("one shot");
    let environment = [format!("SETUP={with_extension}"), format!("SAVED={}", saved.display())];
    let arguments = ["--env", &environment[0], "--env", &environment[1]];
    let zip = folder.path().join("function.zip");
    write_zip(&zip, r#"respond "$event""#);
    let output = command(&zip)
        .args(arguments)
        .args(["invoke", "--example", "sqs"])
        .output()
        .unwrap();
    assert!(output.status.success() && saved.exists());
    // What it writes meanwhile is shown.
    assert!(String::from_utf8_lossy(&output.stderr).contains("saved"));
}

#[test]
fn an_extension_that_hangs_is_named_and_the_answer_counts() {
    let hung = EXTENSION.replace("sleep 0.3", "sleep 60");
    let setup = format!("SETUP={hung}");
    let folder = TempDir::new().unwrap();
    let zip = folder.path().join("function.zip");
    write_zip(&zip, r#"respond "$$""#);
    let output = command(&zip)
        .args(["--timeout-seconds", "1", "--env", &setup, "invoke", "--example", "sqs"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("hello: it answered, but the extension \"flusher\" did not ask for another event"),
        "{text}"
    );
}

#[test]
fn nothing_is_left_of_what_is_interrupted() {
    for arguments in [&["--port", "0"][..], &["invoke", "--example", "sqs"]] {
        let folder = TempDir::new().unwrap();
        let zip = folder.path().join("function.zip");
        let temporary = folder.path().join("tmp");
        fs::create_dir(&temporary).unwrap();
        write_zip(&zip, "echo \"pid $$\"; sleep 60");
        let mut child = command(&zip)
            .args(arguments)
            .env("TMPDIR", &temporary)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let first = lines.next().unwrap();
        // Open until the end: a request is dropped with its connection.
        let _stream = first.rsplit_once("localhost:").map(|(_, port)| {
            let mut stream = TcpStream::connect(format!("127.0.0.1:{}", port.trim_end_matches('/'))).unwrap();
            write!(
                stream,
                "POST {INVOKE} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            )
            .unwrap();
            stream
        });
        let pid = lines
            .find_map(|line| Some(line.split_once("pid ")?.1.to_owned()))
            .unwrap();
        terminate(&mut child);
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
        let began = Instant::now();
        while Path::new("/proc").join(&pid).exists() {
            assert!(began.elapsed() < Duration::from_secs(10), "{pid} still runs");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
