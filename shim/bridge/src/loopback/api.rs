//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) as a program's client meets it: events from the function's
//! slot, and the answers back into it. For a program that waits for a restore, what
//! [SnapStart's hooks](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html) ask of it, too.

use std::{
    borrow::Cow,
    io,
    net::TcpStream,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
    thread,
};

use lambda_shim::{Failure, Invocation, Outcome, Slot};
use serde::Deserialize;

use super::{
    connection::{Connection, Request},
    endpoint::Endpoint,
    turns::{max_concurrency, Turn, Turns},
    wait::Shutdown,
};
use crate::{
    deadline::deadline_ms,
    http_response::{http_response, Form},
    streamed::{has_prelude, Streamed},
};

/// What paths of the Runtime API begin with, in each of its versions.
const RUNTIME: &str = "/2018-06-01/runtime/";
/// What is said of what is taken. Lambda's has a body, which `lambda_runtime` does not look at.
const ACCEPTED: &[u8] = b"";
/// What Lambda says of an answer to an event that is not at hand.
const INVALID_REQUEST_ID: &[u8] = b"{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}";

/// The Runtime API of one function.
pub(super) struct Api {
    pub(super) slot: &'static Slot,
    pub(super) turns: Arc<Turns>,
    /// A connection whose client waits for an event, for the thread that calls in.
    offered: Mutex<Option<Connection>>,
    /// Shared by all connections that are served.
    pub(super) open: Arc<()>,
    pub(super) endpoint: Endpoint,
    pub(super) shutdown: Shutdown,
}

/// What a request asks for.
pub(super) enum Call<'a> {
    /// The next event.
    Event,
    /// Word of a restore from a snapshot.
    Restore,
    /// That something is taken.
    Report(Report<'a>),
    /// Something that is not the Runtime API's.
    Foreign,
}

/// What a client posts.
pub(super) enum Report<'a> {
    /// The response to the event of a request id.
    Response(&'a str),
    /// The error of an event.
    Error(&'a str),
    /// The error of the initialisation, or of a restore.
    Failure,
    /// What Lambda knows nothing of.
    Unknown,
}

/// An error as the client posts it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    #[serde(default)]
    error_type: String,
    #[serde(default)]
    error_message: String,
}

impl Api {
    pub(super) fn new(slot: &'static Slot, endpoint: Endpoint) -> Self {
        Self {
            slot,
            turns: Arc::default(),
            offered: Mutex::default(),
            open: Arc::default(),
            endpoint,
            shutdown: Shutdown::default(),
        }
    }

    /// Serves a connection on a thread of its own, from a request on if one was read already.
    pub(super) fn spawn(self: &Arc<Self>, connection: io::Result<Connection>, request: Option<Request>) {
        let api = Arc::clone(self);
        // Without a thread the connection closes, and the client says that it could not reach its Runtime API.
        let _ = thread::Builder::new()
            .name("lambda-loopback".to_owned())
            .spawn(move || {
                let served = connection.and_then(|connection| api.serve(connection, request));
                api.note(served);
            });
    }

    /// Logs what a client did wrong before its connection ended.
    pub(super) fn note(&self, served: io::Result<()>) {
        if let Err(error) = served {
            // Clients drop their connections as they end, though not in the midst of a request.
            let is_fault = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
            if is_fault && !self.shutdown.has_begun() {
                eprintln!("rules_rust_lambda: the Runtime API on loopback: {error}");
            }
        }
    }

    /// Answers the requests of one connection until it closes, the thread that calls in takes it, or the server shuts down.
    fn serve(&self, mut connection: Connection, mut read: Option<Request>) -> io::Result<()> {
        while let Some(request) = match read.take() {
            Some(request) => Some(request),
            None => connection.request()?,
        } {
            match self.call(&request) {
                // Extensions that the program registers itself are Lambda's affair.
                Call::Foreign => return self.relay(connection, &request),
                Call::Event => {
                    let Some(waiting) = self.await_event(connection, &request) else {
                        return Ok(());
                    };
                    connection = waiting;
                    self.send_event(&mut connection)?;
                }
                Call::Restore => {
                    if self.shutdown.wait(self.slot.restored()).is_none() {
                        return Ok(());
                    }
                    connection.respond("200 OK", &[], b"{}")?;
                }
                Call::Report(report) => self.take(&mut connection, &request, report)?,
            }
            if request.is_last {
                break;
            }
        }
        Ok(())
    }

    /// What a request asks for.
    pub(super) fn call<'a>(&self, request: &'a Request) -> Call<'a> {
        let Some(path) = request.path().strip_prefix(RUNTIME) else {
            return Call::Foreign;
        };
        self.endpoint.restore();
        let mut path = path.split('/');
        let path = (
            path.next().unwrap_or_default(),
            path.next().unwrap_or_default(),
            path.next(),
        );
        match (request.method(), path) {
            ("GET", ("invocation", "next", None)) => Call::Event,
            ("GET", ("restore", "next", None)) => Call::Restore,
            ("POST", ("invocation", id, Some("response"))) => Call::Report(Report::Response(id)),
            ("POST", ("invocation", id, Some("error"))) => Call::Report(Report::Error(id)),
            ("POST", ("init" | "restore", "error", None)) => Call::Report(Report::Failure),
            _ => Call::Report(Report::Unknown),
        }
    }

    /// Waits for an event that the client of a connection may have. `None` where the connection now waits for the thread that calls in, or the
    /// server shuts down.
    fn await_event(&self, connection: Connection, request: &Request) -> Option<Connection> {
        self.turns.ask();
        let connection = match self.shutdown.wait(self.turns.turn())? {
            Turn::Take => connection,
            // Where a client has several connections, it may ask on one and answer on another.
            Turn::Wait if request.is_last || self.is_crowded() => {
                self.shutdown.wait(self.slot.next())?;
                connection
            }
            Turn::Wait => self.offer(connection)?,
        };
        self.turns.answered();
        Some(connection)
    }

    /// Whether there are several connections, or may be.
    fn is_crowded(&self) -> bool {
        // This server's own, and that of the connection at hand.
        Arc::strong_count(&self.open) > 2 || max_concurrency() > 1
    }

    /// Has the thread that calls in wait for an event in a client's place. Gives the connection back if there is one already.
    fn offer(&self, connection: Connection) -> Option<Connection> {
        // Until it is there, lest that thread looks for it too early.
        let mut offered = self.offered();
        if self.has_event() {
            return Some(connection);
        }
        *offered = Some(connection);
        None
    }

    /// The connection that waits for the thread that calls in.
    pub(super) fn take_offered(&self) -> Option<Connection> {
        self.offered().take()
    }

    fn offered(&self) -> MutexGuard<'_, Option<Connection>> {
        self.offered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the event out of the slot, or has the event loop count as waiting for one. Who calls it comes back: the thread that
    /// calls in, as it has an event.
    pub(super) fn has_event(&self) -> bool {
        self.slot.poll_next(&Context::from_waker(Waker::noop())).is_ready()
    }

    /// Sends the event that was taken out of the slot.
    pub(super) fn send_event(&self, connection: &mut Connection) -> io::Result<()> {
        if connection.is_closed() {
            self.turns.leave_behind();
            return Ok(());
        }
        let sent = self.slot.read(|invocation| {
            self.turns.sent(invocation.request_id.to_owned());
            connection.respond("200 OK", &headers(invocation), invocation.event)
        });
        let broken = match sent {
            Some(Ok(())) => return Ok(()),
            Some(Err(error)) => error,
            // Its caller has gone, and nobody waits for what the client would make of it.
            None => io::ErrorKind::ConnectionAborted.into(),
        };
        self.slot
            .respond(Err(broken_off("the event could not be sent", &broken)));
        self.turns.over();
        Err(broken)
    }

    /// Takes what a client posts, and says that it has.
    pub(super) fn take(&self, connection: &mut Connection, request: &Request, report: Report<'_>) -> io::Result<()> {
        match report {
            Report::Response(id) => {
                self.take_answer(connection, request, id, |request, body| self.response(request, body))
            }
            Report::Error(id) => self.take_answer(connection, request, id, |_, body| Err(failure(&body))),
            // An error of the initialisation counts for the event at hand if there is one; `main` ends behind it.
            Report::Failure => {
                let body = connection.body(request)?;
                self.slot.respond(Err(failure(&body)));
                connection.respond("202 Accepted", &[], ACCEPTED)
            }
            Report::Unknown => {
                connection.body(request)?;
                connection.respond("404 Not Found", &[], b"{\"errorType\":\"InvalidRequest\"}")
            }
        }
    }

    /// Takes what a client posts about an event: only its own answer ends it.
    fn take_answer(
        &self,
        connection: &mut Connection,
        request: &Request,
        id: &str,
        read: impl FnOnce(&Request, Vec<u8>) -> Outcome,
    ) -> io::Result<()> {
        let body = connection.body(request);
        if !self.turns.is_sent(id) {
            body?;
            return connection.respond("400 Bad Request", &[], INVALID_REQUEST_ID);
        }
        let (outcome, broken) = match body {
            Ok(body) => (read(request, body), None),
            // `main` has ended, which says more, or the event is over.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => return Err(error),
            Err(error) => (Err(broken_off("the answer broke off", &error)), Some(error)),
        };
        self.slot.respond(outcome);
        self.turns.over();
        match broken {
            None => connection.respond("202 Accepted", &[], ACCEPTED),
            Some(error) => Err(error),
        }
    }

    /// What a posted response comes to. A streamed one becomes the response that the event's source takes, if it is one of HTTP.
    fn response(&self, request: &Request, body: Vec<u8>) -> Outcome {
        let is_streamed = request.response_mode() == Some("streaming");
        if !is_streamed || !has_prelude(request.content_type()) {
            return Ok(body);
        }
        let broken = |message: String| Failure::new("Runtime.StreamError", message);
        match Streamed::parse(&body).map_err(broken)? {
            Streamed::Whole(head, body) => {
                let form = self.slot.read(|invocation| Form::of(invocation.event));
                let response = http_response(form.unwrap_or(Form::Single), head, body);
                serde_json::to_vec(&response).map_err(|error| broken(error.to_string()))
            }
            Streamed::Broken(message) => Err(broken(message)),
        }
    }

    fn relay(&self, connection: Connection, request: &Request) -> io::Result<()> {
        match self.endpoint.original() {
            Some(original) => connection.relay(request, TcpStream::connect(original)?),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// The headers that [Lambda sends with an event](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next).
fn headers<'a>(invocation: &Invocation<'a>) -> Vec<(&'static str, Cow<'a, str>)> {
    let optional = [
        (
            "lambda-runtime-invoked-function-arn",
            one_line(invocation.invoked_function_arn),
        ),
        ("lambda-runtime-trace-id", one_line(invocation.trace_id)),
        ("lambda-runtime-client-context", in_ascii(invocation.client_context)),
        ("lambda-runtime-cognito-identity", in_ascii(invocation.cognito_identity)),
        ("lambda-runtime-aws-tenant-id", one_line(invocation.tenant_id)),
    ];
    // Lambda sends the first two with each event, and its client panics without them.
    let mut headers = vec![
        ("lambda-runtime-aws-request-id", one_line(invocation.request_id)),
        (
            "lambda-runtime-deadline-ms",
            deadline_ms(invocation.deadline_ms).to_string().into(),
        ),
    ];
    headers.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
    headers
}

/// A value that a header can have: what a caller made up may hold anything.
fn one_line(value: &str) -> Cow<'_, str> {
    let unfit = |character: char| character.is_ascii_control() && character != '\t';
    match value.bytes().any(|byte| unfit(byte.into())) {
        true => value.replace(unfit, " ").into(),
        false => value.into(),
    }
}

/// JSON of the same meaning without a character that `lambda_runtime` does not take in a header.
fn in_ascii(json: &str) -> Cow<'_, str> {
    let json = one_line(json);
    if json.is_ascii() {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() * 2);
    let mut units = [0; 2];
    for character in json.chars() {
        match character.is_ascii() {
            true => escaped.push(character),
            // Outside of a text, JSON has none.
            false => escaped.extend(
                character
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("\\u{unit:04x}")),
            ),
        }
    }
    escaped.into()
}

/// Lambda's type of error for an answer that did not come whole.
fn broken_off(what: &str, error: &io::Error) -> Failure {
    Failure::new("Runtime.TruncatedResponse", format!("{what}: {error}"))
}

fn failure(body: &[u8]) -> Failure {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(error) => Failure::new(error.error_type, error.error_message),
        Err(_) => Failure::new("Runtime.UnknownError", String::from_utf8_lossy(body)),
    }
}
