//! `emulator local`, as a user starts it, on zips whose `bootstrap` is a script.

mod common;

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use common::{BOOTSTRAP, EXTENSION, SHUTDOWN_HOOK};

const INVOKE: &str = "/2015-03-31/functions/hello/invocations";

/// Streams two pieces, the second a second after the first.
const STREAM: &str = r#"
    exec 4<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
    printf 'POST %s/invocation/%s/response HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: application/vnd.awslambda.http-integration-response\r\n\r\n' "$runtime" "$id" >&4
    prelude='{"statusCode":201,"headers":{"x-a":"b"},"cookies":["c=d"]}'
    printf '%x\r\n%s' $((${#prelude} + 11)) "$prelude" >&4
    printf '\0\0\0\0\0\0\0\0one\r\n' >&4
    sleep 1
    printf '3\r\ntwo\r\n0\r\n\r\n' >&4
    cat <&4 >/dev/null
    exec 4>&-
"#;

fn write_zip(path: &Path, handle: &str) {
    let next = path.with_extension("next");
    let mut writer = ZipWriter::new(File::create(&next).unwrap());
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    writer.start_file("bootstrap", options).unwrap();
    writer
        .write_all(BOOTSTRAP.replace("HANDLE", handle).as_bytes())
        .unwrap();
    writer.finish().unwrap();
    fs::rename(next, path).unwrap();
}

fn command(zip: &Path) -> Command {
    let mut command = Command::new(fs::canonicalize(env!("CARGO_BIN_EXE_emulator")).unwrap());
    command
        .args(["local", "--runtime", "provided.al2023", "--handler", "hello=bootstrap"])
        .arg("--zip")
        .arg(zip)
        .env_remove("BUILD_WORKING_DIRECTORY");
    command
}

/// A running emulator.
struct Local {
    child: Child,
    port: u16,
    zip: PathBuf,
    _folder: TempDir,
}

impl Local {
    fn start(handle: &str, arguments: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let zip = folder.path().join("function.zip");
        write_zip(&zip, handle);
        // Bazel's runfiles have a link to the zip.
        let link = folder.path().join("link.zip");
        symlink(&zip, &link).unwrap();
        let mut child = command(&link)
            .args(["--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let port = first
            .rsplit_once("localhost:")
            .unwrap()
            .1
            .trim_end_matches('/')
            .parse()
            .unwrap();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Self {
            child,
            port,
            zip,
            _folder: folder,
        }
    }

    /// Sends a request, and returns the reply as it comes.
    fn send(&self, line: &str, headers: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let host = if headers.contains("Host: ") {
            ""
        } else {
            "Host: localhost\r\n"
        };
        let length = body.len();
        let head = format!("{line} HTTP/1.0\r\n{host}{headers}Content-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    /// Sends a request, and returns the head and the body of the reply.
    fn request(&self, line: &str, headers: &str, body: &[u8]) -> (String, String) {
        let mut reply = Vec::new();
        self.send(line, headers, body).read_to_end(&mut reply).unwrap();
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    fn invoke(&self, event: &str) -> (String, String) {
        self.request(&format!("POST {INVOKE}"), "X-Amz-Log-Type: Tail\r\n", event.as_bytes())
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        terminate(&mut self.child);
    }
}

/// Ends an emulator in the way in which it cleans up.
fn terminate(child: &mut Child) -> ExitStatus {
    if let Some(status) = child.try_wait().unwrap() {
        return status;
    }
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    child.wait().unwrap()
}

#[test]
fn the_invoke_api_is_lambdas() {
    let handle = r#"
        [[ $event == '"fail"' ]] && { fail Oops "no luck"; continue; }
        echo "saw $event"
        respond "{\"event\": $event, \"client\": \"${header[lambda-runtime-client-context]//\"/}\", \"stage\": \"$STAGE\"}""#;
    let local = Local::start(handle, &["--env", "STAGE=test"]);
    let (head, body) = local.invoke("[1]");
    assert!(
        head.starts_with("http/1.0 200") && head.contains("x-amz-executed-version: $latest"),
        "{head}"
    );
    assert!(
        head.contains("x-amz-log-result: ") && !head.contains("x-amz-function-error"),
        "{head}"
    );
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"event": [1], "client": "", "stage": "test"}));

    // {"a":1}
    let context = "X-Amz-Client-Context: eyJhIjoxfQ==\r\n";
    let (_, body) = local.request(&format!("POST {INVOKE}"), context, b"");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"event": {}, "client": "{a:1}", "stage": "test"}));

    let (head, body) = local.invoke("\"fail\"");
    assert!(
        head.starts_with("http/1.0 200") && head.contains("x-amz-function-error: unhandled"),
        "{head}"
    );
    assert!(body.contains("no luck"), "{body}");

    for (path, headers, event, status, error_type) in [
        (INVOKE, "", "[1,", "400", "invalidrequestcontentexception"),
        (
            INVOKE,
            "X-Amz-Invocation-Type: Later\r\n",
            "1",
            "400",
            "invalidparametervalueexception",
        ),
        (
            "/2015-03-31/functions/nope/invocations",
            "",
            "1",
            "404",
            "resourcenotfoundexception",
        ),
        (
            "/2015-03-31/functions/hello:7/invocations",
            "",
            "1",
            "404",
            "resourcenotfoundexception",
        ),
        (
            "/2015-03-31/event-source-mappings",
            "",
            "1",
            "404",
            "unknownoperationexception",
        ),
    ] {
        let (head, body) = local.request(&format!("POST {path}"), headers, event.as_bytes());
        assert!(head.starts_with(&format!("http/1.0 {status}")), "{head}");
        assert!(head.contains(&format!("x-amzn-errortype: {error_type}")), "{head}");
        assert!(serde_json::from_str::<Value>(&body).unwrap()["Message"].is_string());
    }
    for (invocation_type, status) in [("Event", "202"), ("DryRun", "204")] {
        let header = format!("X-Amz-Invocation-Type: {invocation_type}\r\n");
        let (head, body) = local.request(&format!("POST {INVOKE}"), &header, b"1");
        assert!(
            head.starts_with(&format!("http/1.0 {status}")) && body.is_empty(),
            "{head}"
        );
    }
}

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
fn a_request_to_the_functions_host_becomes_an_event_and_the_answer_a_response() {
    let handle = r#"body=${event//\\/\\\\}; body=${body//\"/\\\"}
        respond "{\"statusCode\": 418, \"cookies\": [\"a=b; Path=/\", \"c=d\"], \"headers\": {\"X-Kind\": \"tea\"}, \"body\": \"$body\"}""#;
    let local = Local::start(handle, &[]);
    let headers =
        "Host: hello.localhost:9000\r\nCookie: one=1; two=2\r\nAccept: a\r\nAccept: b\r\nContent-Type: image/png\r\n";
    let (head, body) = local.request("POST /a%20b/c?name=Ada%20L&x=1&x=2", headers, b"\xff\x00");
    assert!(head.starts_with("http/1.0 418"), "{head}");
    assert!(head.contains("set-cookie: a=b; path=/\r\nset-cookie: c=d"), "{head}");
    assert!(head.contains("x-kind: tea"), "{head}");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["rawPath"], "/a%20b/c");
    assert_eq!(event["rawQueryString"], "name=Ada%20L&x=1&x=2");
    assert_eq!(event["queryStringParameters"], json!({"name": "Ada L", "x": "1,2"}));
    assert_eq!(event["cookies"], json!(["one=1", "two=2"]));
    assert_eq!(event["headers"]["accept"], "a,b");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("/wA="), &json!(true))
    );
    assert_eq!(event["requestContext"]["http"]["method"], "POST");

    let (head, body) = local.request("GET /url/hello/deep?q=1", "", b"");
    assert!(head.starts_with("http/1.0 418"), "{head}");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&event["rawPath"], &event["rawQueryString"]),
        (&json!("/deep"), &json!("q=1"))
    );
    assert_eq!(event.get("body"), None);
    assert!(
        local
            .request("GET /", "Host: other.localhost\r\n", b"")
            .0
            .starts_with("http/1.0 404")
    );
}

#[test]
fn an_answer_to_head_has_the_length_of_the_body_and_no_body() {
    let handle = r#"length=
        [[ $event == *'"rawPath":"/told"'* ]] && length=', "headers": {"Content-Length": "7"}'
        text=hello; [[ $length ]] && text=
        respond "{\"statusCode\": 200, \"body\": \"$text\"$length}""#;
    let local = Local::start(handle, &[]);
    let host = "Host: hello.localhost\r\n";
    for (path, length) in [("/", 5), ("/told", 7)] {
        let (head, body) = local.request(&format!("HEAD {path}"), host, b"");
        assert!(
            head.starts_with("http/1.0 200") && head.contains(&format!("content-length: {length}")),
            "{head}"
        );
        assert_eq!(body, "");
    }
    assert_eq!(local.request("GET /", host, b"").1, "hello");
}

#[test]
fn the_trace_of_a_request_is_that_of_the_invocation() {
    let handle = r#"body=${event//\\/\\\\}; body=${body//\"/\\\"}
        respond "{\"statusCode\": 200, \"headers\": {\"X-Trace\": \"$trace\"}, \"body\": \"$body\"}""#;
    let local = Local::start(handle, &[]);
    let (head, body) = local.request("GET /", "Host: hello.localhost:9000\r\n", b"");
    let event: Value = serde_json::from_str(&body).unwrap();
    let root = event["headers"]["x-amzn-trace-id"].as_str().unwrap();
    assert!(
        head.contains(&format!("x-trace: {};parent=", root.to_lowercase())),
        "{head}\n{root}"
    );
}

#[test]
fn a_process_that_is_killed_is_an_error_and_is_started_anew() {
    let local = Local::start(r#"[[ $event == 1 ]] && sleep 60; respond "$$""#, &[]);
    let kill = |pid: &str| {
        assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
        // A signal is only sent: until the process is reaped or a zombie, it would take the next event.
        let stat = format!("/proc/{pid}/stat");
        while fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
            thread::sleep(Duration::from_millis(1));
        }
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
fn two_hundred_events_at_once_are_all_answered() {
    for arguments in [&[][..], &["--concurrency", "4"]] {
        let local = Local::start(r#"respond "[$event]""#, arguments);
        thread::scope(|scope| {
            let events: Vec<_> = (0..200)
                .map(|n| {
                    let local = &local;
                    scope.spawn(move || (n, local.invoke(&n.to_string()).1))
                })
                .collect();
            for event in events {
                let (n, answer) = event.join().unwrap();
                assert_eq!(answer, format!("[{n}]"));
            }
        });
    }
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
fn an_extension_that_hangs_is_told_and_the_answer_counts() {
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
fn a_streamed_answer_goes_out_as_it_comes() {
    let local = Local::start(STREAM, &[]);
    let mut stream = local.send("GET /", "Host: hello.localhost\r\n", b"");
    let mut reply = String::new();
    let mut chunk = [0; 1024];
    while !reply.contains("one") {
        let length = stream.read(&mut chunk).unwrap();
        assert_ne!(length, 0, "{reply}");
        reply.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
    }
    assert!(!reply.contains("two"), "{reply}");
    stream.read_to_string(&mut reply).unwrap();
    assert!(
        reply.starts_with("HTTP/1.0 201") && reply.contains("x-a: b\r\n") && reply.contains("set-cookie: c=d"),
        "{reply}"
    );
    assert!(reply.ends_with("\r\n\r\nonetwo"), "{reply}");

    let path = "/2021-11-15/functions/hello/response-streaming-invocations";
    let (head, body) = local.request(&format!("POST {path}"), "", b"{}");
    assert!(
        head.contains("content-type: application/vnd.amazon.eventstream"),
        "{head}"
    );
    // How the first piece is cut is the network's choice.
    assert!(body.matches("PayloadChunk").count() >= 2, "{body}");
    assert!(
        body.find("one").is_some_and(|one| body.find("two") > Some(one)),
        "{body}"
    );
    assert_eq!(body.matches("InvokeComplete").count(), 1, "{body}");
}

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
fn a_build_of_ibazel_that_fails_is_told() {
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
    let told = lines
        .map_while(Result::ok)
        .any(|line| line.contains("the build failed; what was built before is still served"));
    terminate(&mut child);
    assert!(told);
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

#[test]
fn other_web_sites_cannot_invoke() {
    let local = Local::start("respond 1", &[]);
    for headers in ["Origin: https://example.com\r\n", "Host: example.com\r\n"] {
        let (head, body) = local.request(&format!("POST {INVOKE}"), headers, b"1");
        assert!(
            head.starts_with("http/1.0 403") && body.contains("http://localhost"),
            "{head}\n{body}"
        );
    }
}

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
fn what_is_wrong_is_told_with_what_to_do() {
    let told = |output: Output, parts: &[&str]| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{text}");
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    };
    told(one_shot("", &["broken.json"]), &["broken.json", "line 2 column 6"]);
    told(one_shot("", &["none.json"]), &["none.json", "cannot read"]);
    told(
        one_shot("", &["event.json", "--function", "nope"]),
        &["\"nope\"", "hello"],
    );
    told(one_shot("", &["--example", "sqz"]), &["sqz", "sqs"]);

    let local = Local::start("respond 1", &[]);
    let port = local.port.to_string();
    told(
        command(&local.zip).args(["--port", &port]).output().unwrap(),
        &[&port, "is taken", "--port"],
    );
    told(
        command(Path::new("/no/such.zip")).output().unwrap(),
        &["/no/such.zip", "cannot open"],
    );
    let args = ["--handler", "hello=bootstrap"];
    told(
        command(&local.zip).args(args).output().unwrap(),
        &["two functions", "\"hello\""],
    );
}
