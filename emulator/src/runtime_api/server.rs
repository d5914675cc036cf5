//! The HTTP interface that a Lambda runtime asks for events and answers them by.

use std::{
    collections::{HashMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
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
    http::{Body, accepted, failure, refuse_body, text},
    invocation::{Invocation, new_trace_id},
    outcome::{Outcome, StreamPart},
};

/// The most bytes that an answer may have, as Lambda's own message has it; a longer one is refused with 413.
pub const MAX_BODY_BYTES: usize = 6_291_556;

const ERROR_TYPE_HEADER: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY_HEADER: &str = "Lambda-Runtime-Function-Error-Body";
const RESPONSE_MODE_HEADER: &str = "Lambda-Runtime-Function-Response-Mode";

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
    /// How many requests for an event wait for one. A client with several workers has one for each.
    asking: watch::Sender<usize>,
    extensions: Arc<Extensions>,
}

/// A request for an event that waits, or whose client is not gone.
struct Asking<'a>(&'a watch::Sender<usize>);

impl<'a> Asking<'a> {
    fn start(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// What came of an event.
pub(crate) struct Answer {
    pub outcome: Outcome,
    /// How much of the event's time is left for what the environment does after the answer.
    pub left: Duration,
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
            asking: watch::Sender::new(0),
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

    /// Waits until the initialisation is over: the client and each extension have asked for an event, or the client has
    /// reported that it cannot start.
    pub(crate) async fn initialized(&self) {
        self.client_connected().await;
        if self.shared.lock().init_error.is_none() {
            self.shared.extensions.idle().await;
        }
    }

    /// Waits, after an answer, until the environment is through with the event: until the client and each extension ask
    /// for another one. Otherwise says who did not.
    pub(crate) async fn finished(&self, limit: Duration) -> Result<(), String> {
        let all = async {
            self.shared.asking.subscribe().wait_for(|count| *count > 0).await.ok();
            self.shared.extensions.idle().await;
        };
        if timeout(limit, all).await.is_ok() {
            return Ok(());
        }
        let client = (*self.shared.asking.borrow() == 0).then(|| "the runtime client".to_owned());
        let busy: Vec<_> = client.into_iter().chain(self.shared.extensions.busy()).collect();
        Err(format!(
            "it answered, but {} did not ask for another event",
            busy.join(" and ")
        ))
    }

    /// Whether an extension is registered, which Lambda gives time to shut down.
    pub(crate) fn has_extensions(&self) -> bool {
        !self.shared.extensions.is_empty()
    }

    /// The interface of extensions.
    pub(crate) fn extensions(&self) -> &Extensions {
        &self.shared.extensions
    }

    /// Takes an event back that nobody has fetched yet.
    pub(crate) fn take_back(&self) -> Option<Invocation> {
        let mut inner = self.shared.lock();
        let queued = inner.queue.pop_front()?;
        inner.waiting.remove(&queued.id);
        Some(queued.invocation)
    }

    /// Whether a client has asked for an event, or has reported that it cannot start.
    pub(crate) fn has_client(&self) -> bool {
        *self.shared.client_seen.borrow()
    }

    /// Sends an event to the client, and waits for its answer, and for extensions to be through with the event.
    pub async fn invoke(&self, invocation: Invocation) -> Outcome {
        let Answer { outcome, left } = self.answer(invocation).await;
        if outcome.is_answer() {
            // The answer counts even if an extension never asks for another event.
            timeout(left, self.shared.extensions.idle()).await.ok();
        }
        outcome
    }

    /// Sends an event to the client, and waits for its answer.
    pub(crate) async fn answer(&self, invocation: Invocation) -> Answer {
        let id = invocation
            .request_id
            .clone()
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        let trace = invocation.trace_id.clone().unwrap_or_else(new_trace_id);
        let deadline = invocation.deadline;
        let headers = match invocation.headers(&id, &trace) {
            Ok(headers) => headers,
            Err(error) => {
                let outcome = Outcome::error("Emulator.InvalidHeader", &format!("{error:#}"));
                return Answer {
                    outcome,
                    left: deadline,
                };
            }
        };
        let (delivered, was_delivered) = oneshot::channel();
        let (answer, mut answered) = oneshot::channel();
        {
            let mut inner = self.shared.lock();
            if let Some(body) = inner.init_error.clone() {
                let outcome = Outcome::InitError { body };
                return Answer {
                    outcome,
                    left: deadline,
                };
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
        let mut left = Duration::ZERO;
        let mut reason = "there was no answer".to_owned();
        let outcome = match timeout(deadline, was_delivered).await {
            Ok(_) => {
                let delivered = Instant::now();
                let outcome = timeout(deadline, &mut answered).await.ok().and_then(Result::ok);
                left = deadline.saturating_sub(delivered.elapsed());
                outcome
            }
            Err(_) => {
                reason = self.undelivered();
                None
            }
        };
        let mut inner = self.shared.lock();
        inner.waiting.remove(&id);
        inner.queue.retain(|queued| queued.id != id);
        let outcome = outcome
            .or_else(|| answered.try_recv().ok())
            .unwrap_or(Outcome::TimedOut(reason));
        Answer { outcome, left }
    }

    /// Why nobody has fetched an event.
    fn undelivered(&self) -> String {
        let is_asked_for = *self.shared.asking.borrow() > 0;
        match self.shared.extensions.busy().filter(|_| is_asked_for) {
            Some(busy) => {
                format!("the initialisation did not end: {busy} registered, but did not ask for an event")
            }
            None => "the runtime client did not ask for the event".to_owned(),
        }
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

#[cfg(test)]
mod tests;
