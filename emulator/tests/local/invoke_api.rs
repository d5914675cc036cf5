//! The Invoke API.

use std::thread;

use serde_json::{Value, json};

use crate::harness::{INVOKE, Local};

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
fn other_web_sites_cannot_invoke() {
    let local = Local::start("respond 1", &[]);
    for headers in ["Origin: https://example.com\r\n", "Host: example.com\r\n"] {
        let (head, body) = local.request(&format!("POST {INVOKE}"), headers, b"1");
        assert!(
            head.starts_with("http/1.0 403") && body.contains("http://localhost"),
            "{head}\n{body}"
        );
    }
    // Function URLs are open to web sites, but not to one that has its own name lead to this machine, which could read the answer.
    for (header, status) in [
        ("Origin: https://example.com\r\n", "200"),
        ("Host: example.com\r\n", "403"),
    ] {
        let (head, body) = local.request("GET /url/hello/", header, b"");
        assert!(head.starts_with(&format!("http/1.0 {status}")), "{head}\n{body}");
    }
}
