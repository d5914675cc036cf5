//! What the page is told: invocations, whoever sent them, and saved events.

use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::Value;

use crate::harness::{INVOKE, Local, command, write_zip};

const ECHO: &str = "respond \"$event\"";

fn invocations(local: &Local) -> Vec<Value> {
    let (_, body) = local.request("GET /page/invocations", "", b"");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn invocations_are_listed_by_who_sent_them() {
    let local = Local::start(ECHO, &[]);
    local.request(&format!("POST {INVOKE}"), "User-Agent: curl/8.5.0\r\n", b"[1]");
    local.request("POST /url/hello/path?a=b", "", b"");
    local.request(
        &format!("POST {INVOKE}"),
        "X-Lambda-Local-Event: ada\r\n",
        b"{\"a\": 1}",
    );
    let told: Vec<_> = invocations(&local)
        .iter()
        .map(|one| (one["source"].clone(), one["eventName"].clone(), one["state"].clone()))
        .collect();
    let expected = [
        ("page".into(), "ada".into(), "succeeded".into()),
        (
            "URL, unnamed client".into(),
            "POST /path?a=b".into(),
            "succeeded".into(),
        ),
        ("curl".into(), Value::Null, "succeeded".into()),
    ];
    assert_eq!(told, expected);

    let id = invocations(&local)[0]["id"].as_str().unwrap().to_owned();
    let (_, body) = local.request(&format!("GET /page/invocations/{id}"), "", b"");
    let record: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&record["event"], &record["response"]),
        (&"{\"a\": 1}".into(), &"{\"a\": 1}".into())
    );
    assert!(record["log"].as_str().unwrap().contains("REPORT RequestId"), "{record}");
    assert_eq!(
        (&record["eventBytes"], &record["responseBytes"]),
        (&8.into(), &8.into())
    );
    let (head, _) = local.request("GET /page/invocations/nope", "", b"");
    assert!(head.starts_with("http/1.0 404"), "{head}");

    // What was refused is no invocation.
    local.request(&format!("POST {INVOKE}"), "", b"{");
    assert_eq!(invocations(&local).len(), 3);
}

#[test]
fn a_change_of_the_list_is_told() {
    let local = Local::start(ECHO, &[]);
    let mut lines = BufReader::new(local.send("GET /page/changes", "", b"")).lines();
    let mut next = || {
        lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.starts_with("data:"))
            .unwrap()
    };
    let first = next();
    local.invoke("{}");
    assert_ne!(next(), first);
}

#[test]
fn what_invoke_sends_is_handed_on_to_a_server_of_the_same_zip() {
    let local = Local::start(ECHO, &[]);
    let other = Local::start(ECHO, &[]);
    let port = local.port.to_string();
    for zip in [&local.zip, &other.zip] {
        let event = zip.with_file_name("event.json");
        fs::write(&event, "[2]").unwrap();
        let invoked = command(zip)
            .args(["--port", &port, "invoke"])
            .arg(&event)
            .output()
            .unwrap();
        assert!(invoked.status.success(), "{invoked:?}");
    }
    let told = invocations(&local);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["source"], &told[0]["state"]),
        (&"invoke".into(), &"succeeded".into())
    );
}

#[test]
fn what_is_no_server_of_the_zip_is_sent_no_event() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let (zip, event) = (folder.path().join("function.zip"), folder.path().join("event.json"));
    write_zip(&zip, ECHO);
    fs::write(&event, "\"secret\"").unwrap();
    let other = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 1024];
        let length = stream.read(&mut head).unwrap();
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n/another.zip").unwrap();
        drop(stream);
        listener.set_nonblocking(true).unwrap();
        (head[..length].to_vec(), listener)
    });
    let invoked = command(&zip)
        .args(["--port", &port, "invoke"])
        .arg(&event)
        .output()
        .unwrap();
    assert!(invoked.status.success(), "{invoked:?}");
    let (head, listener) = other.join().unwrap();
    assert!(
        head.starts_with(b"GET /page/zip "),
        "{}",
        String::from_utf8_lossy(&head)
    );
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn no_other_site_frames_the_page_and_no_long_body_is_kept() {
    let local = Local::start(ECHO, &[]);
    let (head, _) = local.request("GET /", "", b"");
    assert!(
        head.contains("frame-ancestors 'none'") && head.contains("nosniff"),
        "{head}"
    );
    let long = vec![b' '; 7 << 20];
    let (head, body) = local.request(&format!("POST {INVOKE}"), "", &long);
    assert!(
        head.starts_with("http/1.0 413") && body.contains("7340032 byte payload is too large"),
        "{head}{body}"
    );
    let (head, _) = local.request("POST /url/hello/", "", &long);
    assert!(head.starts_with("http/1.0 413"), "{head}");
}

#[test]
fn saved_events_are_those_of_the_functions_without_what_tests_expect() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["hello_ada.json", "any.json", "any.response.json"] {
        fs::write(path(name), "{}").unwrap();
    }
    let files = ["hello_ada.json", "any.json", "any.response.json", "gone.json"].map(path);
    let mut arguments = vec!["--handler", "other=bootstrap"];
    for file in &files {
        arguments.extend(["--event", file]);
    }
    let local = Local::start(ECHO, &arguments);
    let (_, body) = local.request("GET /page/events", "", b"");
    let events: Value = serde_json::from_str(&body).unwrap();
    let saved: Vec<_> = events["saved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["function"].clone(), one["text"].clone()))
        .collect();
    let expected = [
        ("hello_ada".into(), "hello".into(), "{}".into()),
        ("any".into(), Value::Null, "{}".into()),
        ("gone".into(), Value::Null, Value::Null),
    ];
    assert_eq!(saved, expected);
    assert!(
        events["saved"][2]["error"].as_str().unwrap().contains("gone.json"),
        "{events}"
    );
}
