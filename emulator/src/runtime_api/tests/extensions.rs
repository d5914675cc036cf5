//! Extensions, and what waits for them.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::{LIMIT, NEXT, header, invocation, post, request};
use crate::runtime_api::{Invocation, Outcome, RuntimeApi};

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
async fn who_did_not_ask_is_named() {
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
    let names = |outcome: &Outcome, parts: &[&str]| {
        let Outcome::TimedOut(reason) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
    };
    names(
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
