use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::http::JSON;

/// How long a test waits for what should come at once.
const LIMIT: Duration = Duration::from_secs(20);

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

/// Sends a request, and returns the reply's head and body.
async fn request(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    let end = reply.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let body = reply.split_off(end + 4);
    (String::from_utf8(reply).unwrap(), body)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = head.lines().filter_map(|line| line.split_once(": "));
    pairs
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

async fn post(address: SocketAddr, path: &str, headers: &str, body: &[u8]) -> String {
    request(address, &format!("POST /2018-06-01/runtime/{path}"), headers, body)
        .await
        .0
}

fn invocation(event: &[u8]) -> Invocation {
    Invocation::new(event.to_vec(), Duration::from_secs(20))
}

#[tokio::test]
async fn an_event_goes_out_with_its_headers_and_its_answer_comes_back() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let sent = Invocation {
        client_context: Some("{\"client\":1}".to_owned()),
        tenant_id: Some("blue".to_owned()),
        trace_id: Some("Root=1".to_owned()),
        ..invocation(b"{\"n\": 1}")
    };
    let address = api.address();
    let client = async {
        let (head, body) = request(address, NEXT, "", b"").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(body, b"{\"n\": 1}");
        assert_eq!(header(&head, "Content-Type"), Some(JSON));
        assert_eq!(header(&head, "Lambda-Runtime-Trace-Id"), Some("Root=1"));
        assert_eq!(header(&head, "Lambda-Runtime-Client-Context"), Some("{\"client\":1}"));
        assert_eq!(header(&head, "Lambda-Runtime-Aws-Tenant-Id"), Some("blue"));
        assert_eq!(header(&head, "Lambda-Runtime-Cognito-Identity"), None);
        assert!(
            header(&head, "Lambda-Runtime-Invoked-Function-Arn")
                .unwrap()
                .starts_with("arn:aws:lambda:")
        );
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let deadline: u128 = header(&head, "Lambda-Runtime-Deadline-Ms").unwrap().parse().unwrap();
        assert!(deadline > now && deadline <= now + 20_000, "{deadline} at {now}");
        let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
        let path = format!("invocation/{id}/response");
        let reply = post(address, &path, "Content-Type: text/plain\r\n", b"[2]").await;
        assert!(reply.starts_with("HTTP/1.1 202"), "{reply}");
        let stale = post(address, &path, "", b"[3]").await;
        assert!(stale.starts_with("HTTP/1.1 400"), "{stale}");
    };
    let (outcome, ()) = tokio::join!(api.invoke(sent), client);
    let content_type = Some("text/plain".to_owned());
    assert_eq!(
        outcome,
        Outcome::Response {
            body: b"[2]".to_vec(),
            content_type
        }
    );
}

#[tokio::test]
async fn an_error_comes_back_with_its_type() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let client = async {
        let (head, _) = request(api.address(), NEXT, "", b"").await;
        let path = format!(
            "invocation/{}/error",
            header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap()
        );
        post(
            api.address(),
            &path,
            "Lambda-Runtime-Function-Error-Type: Oops\r\n",
            b"{}",
        )
        .await
    };
    let (outcome, _) = tokio::join!(api.invoke(invocation(b"{}")), client);
    assert_eq!(
        outcome,
        Outcome::Error {
            body: b"{}".to_vec(),
            error_type: Some("Oops".to_owned())
        }
    );
}

#[tokio::test]
async fn an_unknown_request_id_is_refused() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let line = "POST /2018-06-01/runtime/invocation/nobody/response";
    let (head, body) = request(api.address(), line, "", b"{}").await;
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["errorType"], "InvalidRequestID");
}

#[tokio::test]
async fn an_init_error_ends_pending_and_later_invocations() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let client = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        post(api.address(), "init/error", "", b"{\"errorType\":\"X\"}").await
    };
    let (pending, reply) = tokio::join!(api.invoke(invocation(b"{}")), client);
    assert!(reply.starts_with("HTTP/1.1 202"), "{reply}");
    let expected = Outcome::InitError {
        body: b"{\"errorType\":\"X\"}".to_vec(),
    };
    assert_eq!(pending, expected);
    assert_eq!(api.invoke(invocation(b"{}")).await, expected);
}

#[tokio::test]
async fn a_restore_waits_for_an_event_and_leaves_it() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let client = async {
        let (restored, _) = request(api.address(), "GET /2018-06-01/runtime/restore/next", "", b"").await;
        assert!(restored.starts_with("HTTP/1.1 200"), "{restored}");
        let (head, event) = request(api.address(), NEXT, "", b"").await;
        assert_eq!(event, b"{}");
        let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
        post(api.address(), &format!("invocation/{id}/response"), "", b"1").await
    };
    let (outcome, _) = tokio::join!(api.invoke(invocation(b"{}")), client);
    assert!(matches!(outcome, Outcome::Response { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_late_answer_is_refused() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let brief = Invocation::new(b"{}".to_vec(), Duration::from_millis(100));
    let (outcome, (head, _)) = tokio::join!(api.invoke(brief.clone()), request(api.address(), NEXT, "", b""));
    assert!(matches!(&outcome, Outcome::TimedOut(reason) if reason == "there was no answer"));
    let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
    let reply = post(api.address(), &format!("invocation/{id}/response"), "", b"1").await;
    assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
    let outcome = api.invoke(brief).await;
    let expected = Outcome::TimedOut("the runtime client did not ask for the event".to_owned());
    assert_eq!(outcome, expected);
}

/// Sends an event, answers with a body, and returns the event as received, the outcome and the reply's head.
async fn exchange(event: &[u8], answer: &[u8]) -> (Vec<u8>, Outcome, String) {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let client = async {
        let (head, body) = request(api.address(), NEXT, "", b"").await;
        let path = format!(
            "invocation/{}/response",
            header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap()
        );
        (body, post(api.address(), &path, "", answer).await)
    };
    let (outcome, (body, reply)) = tokio::join!(api.invoke(invocation(event)), client);
    (body, outcome, reply)
}

#[tokio::test]
async fn an_event_of_1_mb_and_an_answer_of_6_mib_pass_whole() {
    let event: Vec<u8> = (0..1_000_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let answer = vec![b'z'; 6 * 1024 * 1024];
    let (received, outcome, reply) = exchange(&event, &answer).await;
    assert!(received == event);
    assert!(
        outcome
            == Outcome::Response {
                body: answer,
                content_type: None
            }
    );
    assert!(reply.starts_with("HTTP/1.1 202"), "{reply}");
}

/// Registers an extension, and returns the reply's head and body.
async fn register(address: SocketAddr, name: &str, events: &str) -> (String, Value) {
    let headers = format!("Lambda-Extension-Name: {name}\r\nLambda-Extension-Accept-Feature: accountId\r\n");
    let line = "POST /2020-01-01/extension/register";
    let (head, body) = request(address, line, &headers, format!("{{\"events\": {events}}}").as_bytes()).await;
    (head, serde_json::from_slice(&body).unwrap())
}

async fn next_event(address: SocketAddr, identifier: &str) -> Value {
    let line = "GET /2020-01-01/extension/event/next";
    let (_, body) = request(address, line, identifier, b"").await;
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn an_extension_is_told_of_each_invocation_and_waited_for() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    let (head, body) = register(address, "inside", "[\"INVOKE\"]").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let expected = json!({"functionName": "emulated", "functionVersion": "$LATEST", "handler": "index.handler",
                          "accountId": "123456789012"});
    assert_eq!(body, expected);
    let identifier = header(&head, "Lambda-Extension-Identifier").unwrap();
    let identifier = format!("Lambda-Extension-Identifier: {identifier}\r\n");
    let client = async {
        let ((head, _), event) = tokio::join!(request(address, NEXT, "", b""), next_event(address, &identifier));
        let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
        post(address, &format!("invocation/{id}/response"), "", b"1").await;
        assert_eq!(event["eventType"], "INVOKE");
        assert_eq!(event["requestId"], id);
        assert_eq!(
            event["tracing"]["value"],
            header(&head, "Lambda-Runtime-Trace-Id").unwrap()
        );
        assert_eq!(
            event["deadlineMs"].to_string(),
            header(&head, "Lambda-Runtime-Deadline-Ms").unwrap()
        );
        // The invocation ends when the extension asks for more, which it waits for in vain.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let asked = Instant::now();
        timeout(Duration::from_secs(1), next_event(address, &identifier))
            .await
            .unwrap_err();
        asked
    };
    let ended = async {
        api.invoke(invocation(b"{}")).await;
        Instant::now()
    };
    let (ended, asked) = timeout(LIMIT, async { tokio::join!(ended, client) }).await.unwrap();
    assert!(ended >= asked);
}

/// Registers an extension, and returns the header that it identifies itself by.
async fn identifier(address: SocketAddr, name: &str, events: &str) -> String {
    let (head, _) = register(address, name, events).await;
    let id = header(&head, "Lambda-Extension-Identifier").unwrap();
    format!("Lambda-Extension-Identifier: {id}\r\n")
}

#[tokio::test]
async fn the_initialisation_lasts_until_each_extension_has_asked() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    let quiet = identifier(address, "quiet", "[]").await;
    let client = async { request(address, NEXT, "", b"").await };
    let extension = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let asked = Instant::now();
        // No event comes for it.
        timeout(Duration::from_secs(1), next_event(address, &quiet))
            .await
            .unwrap_err();
        asked
    };
    let delivered = async {
        client.await;
        Instant::now()
    };
    let mut brief = invocation(b"{}");
    brief.deadline = Duration::from_secs(2);
    let (_, delivered, asked) = timeout(LIMIT, async { tokio::join!(api.invoke(brief), delivered, extension) })
        .await
        .unwrap();
    assert!(delivered >= asked);
}

#[tokio::test]
async fn who_did_not_ask_is_told() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    identifier(address, "flusher", "[\"INVOKE\"]").await;
    identifier(address, "other", "[]").await;
    let brief = Invocation::new(b"{}".to_vec(), Duration::from_millis(200));
    // During the initialisation.
    let client = async {
        timeout(Duration::from_millis(400), request(address, NEXT, "", b""))
            .await
            .unwrap_err()
    };
    let (outcome, _) = tokio::join!(api.invoke(brief.clone()), client);
    let told = |outcome: &Outcome, parts: &[&str]| {
        let Outcome::TimedOut(reason) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
    };
    told(
        &outcome,
        &["the extensions \"flusher\" and \"other\" registered", "initialisation"],
    );
    // After an answer.
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    let flusher = identifier(address, "flusher", "[\"INVOKE\"]").await;
    let answered = async {
        let ((head, _), _) = tokio::join!(request(address, NEXT, "", b""), next_event(address, &flusher));
        let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
        post(address, &format!("invocation/{id}/response"), "", b"1").await;
    };
    let (answer, ()) = timeout(LIMIT, async { tokio::join!(api.answer(invocation(b"{}")), answered) })
        .await
        .unwrap();
    assert!(answer.outcome.is_answer());
    let reason = api.finished(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!(
        reason,
        "it answered, but the runtime client and the extension \"flusher\" did not ask for another event"
    );
}

#[tokio::test]
async fn several_workers_may_ask_at_once() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn(async move {
                loop {
                    let (head, body) = request(address, NEXT, "", b"").await;
                    let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
                    post(address, &format!("invocation/{id}/response"), "", &body).await;
                }
            })
        })
        .collect();
    let api = Arc::new(api);
    let events: Vec<_> = (0..40)
        .map(|n| {
            let api = api.clone();
            tokio::spawn(async move { api.invoke(invocation(n.to_string().as_bytes())).await })
        })
        .collect();
    for (n, event) in events.into_iter().enumerate() {
        let outcome = timeout(LIMIT, event).await.unwrap().unwrap();
        assert!(matches!(&outcome, Outcome::Response { body, .. } if *body == n.to_string().into_bytes()));
    }
    api.finished(LIMIT).await.unwrap();
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn what_an_extension_asks_for_wrongly_is_refused() {
    let api = RuntimeApi::start("index.handler").await.unwrap();
    let address = api.address();
    let (head, _) = register(address, "quiet", "[]").await;
    let quiet = header(&head, "Lambda-Extension-Identifier").unwrap().to_owned();
    let (head, body) = register(address, "quiet", "[]").await;
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    assert_eq!(body["errorType"], "Extension.InvalidExtensionState");
    let (_, body) = register(address, "other", "[\"SHUTDOWN\"]").await;
    assert_eq!(body["errorType"], "Extension.InvalidEventType");
    let unknown = Uuid::new_v4().to_string();
    for (identifier, error_type) in [
        ("x", "InvalidExtensionIdentifier"),
        (&unknown, "UnknownExtensionIdentifier"),
        ("", "InvalidExtensionIdentifier"),
    ] {
        let identifier = format!("Lambda-Extension-Identifier: {identifier}\r\n");
        let event = next_event(address, &identifier).await;
        assert_eq!(event["errorType"], format!("Extension.{error_type}"));
    }
    let event = next_event(address, "").await;
    assert_eq!(event["errorType"], "Extension.MissingExtensionIdentifier");
    let quiet = format!("Lambda-Extension-Identifier: {quiet}\r\n");
    for line in ["PUT /2022-07-01/telemetry", "PUT /2020-08-15/logs"] {
        let (head, body) = request(address, line, &quiet, b"{}").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(body, b"OK");
    }
    let (head, _) = request(address, "POST /2020-01-01/extension/exit/error", &quiet, b"").await;
    assert!(head.starts_with("HTTP/1.1 202"), "{head}");
}

#[test]
fn clones_are_told_the_same_deadline_while_most_of_it_is_left() {
    let one = invocation(b"{}");
    let told = one.deadline_millis();
    assert_eq!(one.clone().deadline_millis(), told);
    let late = invocation(b"{}");
    late.told.set(SystemTime::now()).unwrap();
    assert!(late.deadline_millis() >= told);
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_refused() {
    let (_, outcome, reply) = exchange(b"{}", &vec![b'z'; MAX_BODY_BYTES + 1]).await;
    assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
    let Outcome::Error { error_type, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(error_type.as_deref(), Some("Function.ResponseSizeTooLarge"));
}
