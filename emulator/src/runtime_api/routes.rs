//! What a runtime client asks for events and answers them by.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt;
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    extensions,
    outcome::{Outcome, StreamPart},
    replies::{Body, accepted, failure, refuse_body, text},
    state::{Asking, Shared},
};
use crate::base64;

/// The most bytes that an answer may have, as Lambda's own message has it; a longer one is refused with 413.
pub(super) const MAX_BODY_BYTES: usize = 6_291_556;

const ERROR_TYPE_HEADER: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY_HEADER: &str = "Lambda-Runtime-Function-Error-Body";
const RESPONSE_MODE_HEADER: &str = "Lambda-Runtime-Function-Response-Mode";

/// The routes of the Runtime API, and of the Extensions API.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let extensions = shared.extensions.clone();
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .route("/2018-06-01/runtime/restore/next", get(restore_next))
        // What a hook fails with after a restore ends the start, as what an initialisation fails with does.
        .route("/2018-06-01/runtime/restore/error", post(init_error))
        .with_state(shared)
        .merge(extensions::router(extensions))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let _asking = Asking::start(&shared.asking);
    shared.client_seen.send_replace(true);
    loop {
        // An environment is ready for an event once all that is registered in it has asked for one.
        shared.extensions.idle().await;
        let found = {
            let mut inner = shared.lock();
            let found = inner.queue.pop_front();
            if !inner.queue.is_empty() {
                shared.queued.notify_one();
            }
            found
        };
        let Some(queued) = found else {
            shared.queued.notified().await;
            continue;
        };
        // Nobody waits any longer for an invocation whose receiver is gone.
        if queued.delivered.send(()).is_ok() {
            let millis = queued.invocation.deadline_millis();
            shared.extensions.send_invoke(&json!({
                "eventType": "INVOKE",
                "deadlineMs": millis,
                "requestId": queued.invocation.request_id,
                "invokedFunctionArn": queued.invocation.function_arn,
                "tracing": {"type": "X-Amzn-Trace-Id", "value": queued.trace},
            }));
            let deadline = [("lambda-runtime-deadline-ms", millis.to_string())];
            return (queued.headers, deadline, queued.invocation.event).into_response();
        }
    }
}

/// The snapshot is taken when a client asks this, and restored when there is an event for it.
async fn restore_next(State(shared): State<Arc<Shared>>) -> Response {
    shared.client_seen.send_replace(true);
    while shared.lock().queue.is_empty() {
        shared.queued.notified().await;
    }
    ([(CONTENT_TYPE, "application/json")], "{}").into_response()
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, request: Request) -> Response {
    let content_type = text(request.headers(), CONTENT_TYPE.as_str());
    if text(request.headers(), RESPONSE_MODE_HEADER).is_some_and(|mode| mode.eq_ignore_ascii_case("streaming")) {
        let stream = shared
            .lock()
            .waiting
            .get_mut(&id)
            .and_then(|waiting| waiting.stream.take());
        if let Some(stream) = stream {
            let outcome = forward(request, content_type, &stream).await;
            return resolve(&shared, &id, Ok(Bytes::new()), |_| outcome);
        }
    }
    let body = Body::from_request(request, &()).await;
    let body = body.unwrap_or_else(|never| match never {});
    resolve(&shared, &id, body, |body| Outcome::Response { body, content_type })
}

/// Passes a streamed answer on as it comes, and returns how it ended.
async fn forward(request: Request, content_type: Option<String>, stream: &mpsc::Sender<StreamPart>) -> Outcome {
    let start = StreamPart::Start {
        content_type: content_type.clone(),
    };
    // A receiver that is gone does not end the invocation: Lambda lets the function finish, too.
    stream.send(start).await.ok();
    let mut body = request.into_body();
    loop {
        let frame = match body.frame().await {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                return Outcome::error("Runtime.TruncatedResponse", &format!("the answer broke off: {error}"));
            }
            None => {
                return Outcome::Response {
                    body: Vec::new(),
                    content_type,
                };
            }
        };
        match frame.into_data() {
            Ok(chunk) => {
                stream.send(StreamPart::Chunk(chunk)).await.ok();
            }
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                if let Some(error_type) = text(&trailers, ERROR_TYPE_HEADER) {
                    let body = text(&trailers, ERROR_BODY_HEADER).unwrap_or_default();
                    return Outcome::Error {
                        body: base64::decode(&body).unwrap_or_else(|_| body.into_bytes()),
                        error_type: Some(error_type),
                    };
                }
            }
        }
    }
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let error_type = text(&headers, ERROR_TYPE_HEADER);
    resolve(&shared, &id, body, |body| Outcome::Error { body, error_type })
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    let body = match body {
        Ok(body) => body.to_vec(),
        Err(rejection) => return refuse_body(&rejection),
    };
    let mut inner = shared.lock();
    for (_, waiting) in inner.waiting.drain() {
        waiting.answer.send(Outcome::InitError { body: body.clone() }).ok();
    }
    inner.queue.clear();
    inner.init_error = Some(body);
    shared.client_seen.send_replace(true);
    accepted()
}

fn resolve(shared: &Shared, id: &str, body: Body, outcome: impl FnOnce(Vec<u8>) -> Outcome) -> Response {
    let waiting = shared.lock().waiting.remove(id);
    let (outcome, reply) = match body {
        Ok(body) => (outcome(body.to_vec()), accepted()),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let message = format!("the answer has more than {MAX_BODY_BYTES} bytes: return less");
            (
                Outcome::error("Function.ResponseSizeTooLarge", &message),
                refuse_body(&rejection),
            )
        }
        Err(rejection) => {
            let message = format!("the answer could not be read: {}", rejection.body_text());
            (
                Outcome::error("Emulator.UnreadableAnswer", &message),
                refuse_body(&rejection),
            )
        }
    };
    match waiting.map(|waiting| waiting.answer.send(outcome)) {
        Some(Ok(())) => reply,
        _ => failure(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
    }
}
