//! The HTTP interface that a Lambda runtime asks for events and answers them by.

use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
    time::timeout,
};
use uuid::Uuid;

use crate::{
    base64,
    extensions::{self, Extensions},
};

/// The most bytes that an answer may have, as Lambda's own message has it; a longer one is refused with 413.
pub const MAX_BODY_BYTES: usize = 6_291_556;

const ERROR_TYPE_HEADER: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY_HEADER: &str = "Lambda-Runtime-Function-Error-Body";
const RESPONSE_MODE_HEADER: &str = "Lambda-Runtime-Function-Response-Mode";
const JSON: &str = "application/json";

/// What Lambda calls the end of the function's process.
const EXIT_ERROR: &str = "Runtime.ExitError";

/// A part of a streamed answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StreamPart {
    /// Comes first.
    Start {
        /// The type that the runtime declared the answer to have.
        content_type: Option<String>,
    },
    /// Some bytes of the answer.
    Chunk(Bytes),
}

/// An event, and what the function's context is made from.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The event's bytes, passed on as they are.
    pub event: Vec<u8>,
    /// The function's ARN.
    pub function_arn: String,
    /// How long the function has, from the moment that it receives the event. As long is waited for a client to ask.
    pub deadline: Duration,
    /// The request's id; a new one is made when there is none.
    pub request_id: Option<String>,
    /// The client context of a mobile SDK, as JSON.
    pub client_context: Option<String>,
    /// The Cognito identity, as JSON.
    pub cognito_identity: Option<String>,
    /// The tenant of a function with tenant isolation.
    pub tenant_id: Option<String>,
    /// The X-Ray trace header; a new one is made when there is none.
    pub trace_id: Option<String>,
    /// Where a streamed answer goes as it comes; the outcome then has no body. Without it, the outcome holds the whole.
    pub(crate) stream: Option<mpsc::Sender<StreamPart>>,
    /// The deadline that was told to the first receiver of this or of a clone.
    told: Arc<OnceLock<SystemTime>>,
}

impl Invocation {
    /// An invocation with no optional context.
    pub fn new(event: Vec<u8>, deadline: Duration) -> Self {
        Self {
            event,
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:emulated".to_owned(),
            deadline,
            request_id: None,
            client_context: None,
            cognito_identity: None,
            tenant_id: None,
            trace_id: None,
            stream: None,
            told: Arc::default(),
        }
    }

    /// The deadline to tell to a receiver, in milliseconds since the epoch. Programs that are compared are told the same
    /// one, unless the first took so long that it would leave the next with less than half of the time.
    fn deadline_millis(&self) -> u64 {
        let now = SystemTime::now();
        let first = *self.told.get_or_init(|| now + self.deadline);
        let told = if first < now + self.deadline / 2 {
            now + self.deadline
        } else {
            first
        };
        let millis = told.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        u64::try_from(millis).unwrap_or(u64::MAX)
    }

    /// The headers that the event travels with, but for the deadline.
    fn headers(&self, id: &str, trace: &str) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        let values = [
            ("content-type", Some(JSON)),
            ("lambda-runtime-aws-request-id", Some(id)),
            ("lambda-runtime-invoked-function-arn", Some(&self.function_arn)),
            ("lambda-runtime-trace-id", Some(trace)),
            ("lambda-runtime-client-context", self.client_context.as_deref()),
            ("lambda-runtime-cognito-identity", self.cognito_identity.as_deref()),
            ("lambda-runtime-aws-tenant-id", self.tenant_id.as_deref()),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                let value = HeaderValue::from_bytes(value.as_bytes())
                    .with_context(|| format!("{name} cannot be sent as a header: take control characters out of it"))?;
                headers.insert(name, value);
            }
        }
        Ok(headers)
    }
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The function returned.
    Response {
        /// What it returned.
        body: Vec<u8>,
        /// The type that the runtime declared it to have.
        content_type: Option<String>,
    },
    /// The function failed.
    Error {
        /// The error, as JSON.
        body: Vec<u8>,
        /// The type that the runtime gave in a header.
        error_type: Option<String>,
    },
    /// The function never started.
    InitError {
        /// The error, as JSON.
        body: Vec<u8>,
    },
    /// There was no answer before the deadline.
    TimedOut,
}

impl Outcome {
    /// An error in the form in which Lambda itself reports one.
    pub(crate) fn error(error_type: &str, message: &str) -> Self {
        Outcome::Error {
            body: json!({"errorType": error_type, "errorMessage": message})
                .to_string()
                .into_bytes(),
            error_type: Some(error_type.to_owned()),
        }
    }

    /// The end of the process during an invocation.
    pub(crate) fn exit(message: &str) -> Self {
        Self::error(EXIT_ERROR, message)
    }

    /// The end of the process before the first invocation.
    pub(crate) fn init_exit(message: &str) -> Self {
        let body = json!({"errorType": EXIT_ERROR, "errorMessage": message})
            .to_string()
            .into_bytes();
        Self::InitError { body }
    }
}

struct Queued {
    id: String,
    trace: String,
    invocation: Invocation,
    headers: HeaderMap,
    delivered: oneshot::Sender<()>,
}

/// Who waits for an answer.
struct Waiting {
    answer: oneshot::Sender<Outcome>,
    stream: Option<mpsc::Sender<StreamPart>>,
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<Queued>,
    waiting: HashMap<String, Waiting>,
    init_error: Option<Vec<u8>>,
}

struct Shared {
    inner: Mutex<Inner>,
    queued: Notify,
    client_seen: watch::Sender<bool>,
    /// Whether the client waits for an event.
    asking: watch::Sender<bool>,
    extensions: Arc<Extensions>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running server. It stops when this is dropped.
pub struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Starts a server on a free port of the loopback interface. Extensions are told the handler.
    pub async fn start(handler: &str) -> Result<Self> {
        Self::start_on(0, handler).await
    }

    /// Starts a server on a port of the loopback interface; 0 is any free one.
    pub async fn start_on(port: u16, handler: &str) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
            format!("cannot listen on 127.0.0.1:{port}: give a port that no other process has, or 0 for any")
        })?;
        let address = listener
            .local_addr()
            .context("cannot read the address of the server's socket")?;
        let shared = Arc::new(Shared {
            inner: Mutex::default(),
            queued: Notify::new(),
            client_seen: watch::Sender::new(false),
            asking: watch::Sender::new(false),
            extensions: Arc::new(Extensions::new(handler)),
        });
        let (stop, stopped) = oneshot::channel();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .route("/2018-06-01/runtime/restore/next", get(restore_next))
            // What a hook fails with after a restore ends the start, as what an initialisation fails with does.
            .route("/2018-06-01/runtime/restore/error", post(init_error))
            .with_state(shared.clone())
            .merge(extensions::router(shared.extensions.clone()))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
        let server = tokio::spawn(async move {
            let stopped = async {
                stopped.await.ok();
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                eprintln!("the Runtime API server stopped: {error}");
            }
        });
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            server,
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until a client has asked for an event, or has reported that it cannot start.
    pub async fn client_connected(&self) {
        self.shared.client_seen.subscribe().wait_for(|seen| *seen).await.ok();
    }

    /// Waits until the client waits for an event.
    pub(crate) async fn client_asking(&self) {
        self.shared.asking.subscribe().wait_for(|asking| *asking).await.ok();
    }

    /// Whether a client has asked for an event, or has reported that it cannot start.
    pub(crate) fn has_client(&self) -> bool {
        *self.shared.client_seen.borrow()
    }

    /// Sends an event to the client, and waits for its answer, and for extensions to be through with the event.
    pub async fn invoke(&self, invocation: Invocation) -> Outcome {
        let id = invocation
            .request_id
            .clone()
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        let trace = invocation.trace_id.clone().unwrap_or_else(new_trace_id);
        let deadline = invocation.deadline;
        let headers = match invocation.headers(&id, &trace) {
            Ok(headers) => headers,
            Err(error) => return Outcome::error("Emulator.InvalidHeader", &format!("{error:#}")),
        };
        let (delivered, was_delivered) = oneshot::channel();
        let (answer, mut answered) = oneshot::channel();
        {
            let mut inner = self.shared.lock();
            if let Some(body) = inner.init_error.clone() {
                return Outcome::InitError { body };
            }
            let stream = invocation.stream.clone();
            inner.waiting.insert(id.clone(), Waiting { answer, stream });
            inner.queue.push_back(Queued {
                id: id.clone(),
                trace,
                invocation,
                headers,
                delivered,
            });
        }
        self.shared.queued.notify_one();
        // An init error drops the queue, and with it the sender, so that this ends at once.
        let outcome = match timeout(deadline, was_delivered).await {
            Ok(_) => timeout(deadline, &mut answered).await.ok().and_then(Result::ok),
            Err(_) => None,
        };
        let outcome = {
            let mut inner = self.shared.lock();
            inner.waiting.remove(&id);
            inner.queue.retain(|queued| queued.id != id);
            outcome
                .or_else(|| answered.try_recv().ok())
                .unwrap_or(Outcome::TimedOut)
        };
        if matches!(outcome, Outcome::Response { .. } | Outcome::Error { .. }) {
            // The answer counts even if an extension never asks for another event.
            timeout(deadline, self.shared.extensions.idle()).await.ok();
        }
        outcome
    }

    /// Stops the server once the replies under way have been sent.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        // A client that waits for another event would keep the server up for ever.
        timeout(Duration::from_millis(200), &mut self.server).await.ok();
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.asking.send_replace(true);
    shared.client_seen.send_replace(true);
    loop {
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
            shared.asking.send_replace(false);
            let millis = queued.invocation.deadline_millis();
            shared.extensions.send_invoke(&json!({
                "eventType": "INVOKE",
                "deadlineMs": millis,
                "requestId": queued.id,
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

pub(crate) type Body = Result<Bytes, BytesRejection>;

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

pub(crate) fn accepted() -> Response {
    json_response(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn refuse_body(rejection: &BytesRejection) -> Response {
    failure(rejection.status(), "RequestEntityTooLarge", &rejection.body_text())
}

pub(crate) fn failure(status: StatusCode, error_type: &str, message: &str) -> Response {
    json_response(status, &json!({"errorType": error_type, "errorMessage": message}))
}

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn new_trace_id() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let root = &Uuid::new_v4().simple().to_string()[..24];
    let parent = &Uuid::new_v4().simple().to_string()[..16];
    format!("Root=1-{seconds:08x}-{root};Parent={parent};Sampled=0")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

    /// Sends a request, and returns the reply's head and body.
    async fn request(address: SocketAddr, line: &str, headers: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let length = body.len();
        let head =
            format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
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
        assert_eq!(outcome, Outcome::TimedOut);
        let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
        let reply = post(api.address(), &format!("invocation/{id}/response"), "", b"1").await;
        assert!(reply.starts_with("HTTP/1.1 400"), "{reply}");
        assert_eq!(api.invoke(brief).await, Outcome::TimedOut, "without a client");
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
            let (head, _) = request(address, NEXT, "", b"").await;
            let id = header(&head, "Lambda-Runtime-Aws-Request-Id").unwrap();
            post(address, &format!("invocation/{id}/response"), "", b"1").await;
            let event = next_event(address, &identifier).await;
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
        let (ended, asked) = tokio::join!(ended, client);
        assert!(ended >= asked);
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
}
