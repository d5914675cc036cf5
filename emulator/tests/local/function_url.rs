//! Function URLs.

use std::io::Read;

use serde_json::{Value, json};

use crate::harness::Local;

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
