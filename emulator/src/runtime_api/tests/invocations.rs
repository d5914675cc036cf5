//! Events and their answers.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use tokio::time::timeout;

use super::{LIMIT, NEXT, header, invocation, post, request};
use crate::runtime_api::{Invocation, JSON, Outcome, RuntimeApi, routes::MAX_BODY_BYTES};

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

#[test]
fn clones_have_the_same_deadline_while_most_of_it_is_left() {
    let one = invocation(b"{}");
    let deadline = one.deadline_millis();
    assert_eq!(one.clone().deadline_millis(), deadline);
    let late = invocation(b"{}");
    late.first_deadline.set(SystemTime::now()).unwrap();
    assert!(late.deadline_millis() >= deadline);
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
