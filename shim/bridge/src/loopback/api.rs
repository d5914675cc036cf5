//! The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) as a program's client meets it: events from the function's
//! slot, and the answers back into it. For a program that waits for a restore, what
//! [SnapStart's hooks](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks.html) ask of it, too.

use std::{borrow::Cow, io, net::TcpStream};

use lambda_shim::{Failure, Invocation, Outcome, Slot};
use serde::Deserialize;

use super::{
    connection::{Connection, Request},
    endpoint::Endpoint,
    turns::Turns,
    wait::Shutdown,
};
use crate::{
    deadline::deadline_ms,
    http_response::{http_response, Form},
    streamed::{has_prelude, Streamed},
};

/// What paths of the Runtime API begin with, in each of its versions.
const RUNTIME: &str = "/2018-06-01/runtime/";
/// What Lambda says of what it takes.
const ACCEPTED: &[u8] = b"{\"status\":\"OK\"}";
/// What Lambda says of an answer to an event that is not at hand.
const INVALID_REQUEST_ID: &[u8] = b"{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}";

/// The Runtime API of one function.
pub(super) struct Api {
    slot: &'static Slot,
    turns: Turns,
    pub(super) endpoint: Endpoint,
    pub(super) shutdown: Shutdown,
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
            turns: Turns::default(),
            endpoint,
            shutdown: Shutdown::default(),
        }
    }

    /// Answers the requests of one connection until it closes, or the server shuts down.
    pub(super) fn serve(&self, stream: TcpStream) {
        let served = Connection::new(stream).and_then(|connection| self.answer_all(connection));
        if let Err(error) = served {
            // Clients drop their connections as they end, though not in the midst of a request.
            let is_fault = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof);
            if is_fault && !self.shutdown.has_begun() {
                eprintln!("rules_rust_lambda: the Runtime API on loopback: {error}");
            }
        }
    }

    fn answer_all(&self, mut connection: Connection) -> io::Result<()> {
        while let Some(request) = connection.request()? {
            let Some(call) = request.path.strip_prefix(RUNTIME) else {
                // Extensions that the program registers itself are Lambda's affair.
                return self.relay(connection, &request);
            };
            self.endpoint.restore();
            let mut call = call.split('/');
            let call = (
                call.next().unwrap_or_default(),
                call.next().unwrap_or_default(),
                call.next(),
            );
            match (request.method.as_str(), call) {
                ("GET", ("invocation", "next", None)) => {
                    if self.shutdown.wait(self.turns.next(self.slot)).is_none() {
                        return Ok(());
                    }
                    self.send_event(&mut connection)?;
                }
                ("GET", ("restore", "next", None)) => {
                    if self.shutdown.wait(self.slot.restored()).is_none() {
                        return Ok(());
                    }
                    connection.respond("200 OK", &[], b"{}")?;
                }
                ("POST", ("invocation", id, Some("response"))) => {
                    self.take_answer(&mut connection, &request, id, |request, body| {
                        self.response(request, body)
                    })?;
                }
                ("POST", ("invocation", id, Some("error"))) => {
                    self.take_answer(&mut connection, &request, id, |_, body| Err(failure(&body)))?;
                }
                // An error of the initialisation counts for the event at hand if there is one; `main` ends behind it.
                ("POST", ("init" | "restore", "error", None)) => {
                    let body = connection.body(&request)?;
                    self.slot.respond(Err(failure(&body)));
                    connection.respond("202 Accepted", &[], ACCEPTED)?;
                }
                _ => {
                    connection.body(&request)?;
                    connection.respond("404 Not Found", &[], b"{\"errorType\":\"InvalidRequest\"}")?;
                }
            }
            if request.is_last() {
                break;
            }
        }
        Ok(())
    }

    fn send_event(&self, connection: &mut Connection) -> io::Result<()> {
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
        let is_streamed = request.header("lambda-runtime-function-response-mode") == Some("streaming");
        if !is_streamed || !has_prelude(request.header("content-type")) {
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
    match value.contains(unfit) {
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
