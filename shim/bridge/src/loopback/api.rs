//! The Runtime API as a program's client meets it: events from the function's slot, and the answers back into it.

use std::{io, net::TcpStream};

use lambda_shim::{Failure, Invocation, Outcome, Slot};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    connection::{Connection, Request},
    endpoint::Endpoint,
    wait::Shutdown,
};
use crate::http_response::http_response;

/// What paths of the Runtime API begin with, in each of its versions.
const RUNTIME: &str = "/2018-06-01/runtime/";
/// What parts the prelude of a streamed response from its body.
const PRELUDE_END: &[u8] = &[0; 8];
/// What `lambda_runtime` writes at the end of a streamed body when the stream breaks off.
const STREAM_ERROR: &[u8] =
    b"Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ";

/// The Runtime API of one function.
pub(super) struct Api {
    slot: &'static Slot,
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
            endpoint,
            shutdown: Shutdown::default(),
        }
    }

    /// Answers the requests of one connection until it closes, or the server shuts down.
    pub(super) fn serve(&self, stream: TcpStream) {
        let served = Connection::new(stream).and_then(|connection| self.answer_all(connection));
        if let Err(error) = served {
            // Clients drop their connections as they end.
            if !self.shutdown.has_begun() && error.kind() == io::ErrorKind::InvalidData {
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
            let kind = call.rsplit('/').next().unwrap_or_default();
            match (request.method.as_str(), call.split('/').next(), kind) {
                ("GET", Some("invocation"), "next") => {
                    if self.shutdown.wait(self.slot.next()).is_none() {
                        return Ok(());
                    }
                    self.send_event(&mut connection)?;
                }
                ("GET", Some("restore"), "next") => {
                    if self.shutdown.wait(self.slot.restored()).is_none() {
                        return Ok(());
                    }
                    connection.respond("200 OK", &[], b"{}")?;
                }
                ("POST", Some("invocation"), "response") => {
                    let body = connection.body(&request)?;
                    self.slot.respond(response(&request, body));
                    connection.respond("202 Accepted", &[], b"{\"status\":\"OK\"}")?;
                }
                // An error of the initialisation counts for the event at hand if there is one; `main` ends behind it.
                ("POST", _, "error") => {
                    let body = connection.body(&request)?;
                    self.slot.respond(Err(failure(&body)));
                    connection.respond("202 Accepted", &[], b"{\"status\":\"OK\"}")?;
                }
                _ => {
                    connection.body(&request)?;
                    connection.respond("404 Not Found", &[], b"{\"errorType\":\"InvalidRequest\"}")?;
                }
            }
        }
        Ok(())
    }

    fn send_event(&self, connection: &mut Connection) -> io::Result<()> {
        let sent = self
            .slot
            .read(|invocation| connection.respond("200 OK", &headers(invocation), invocation.event));
        // Without an invocation its caller has gone, and nobody waits for what the client would make of it.
        sent.unwrap_or_else(|| Err(io::ErrorKind::ConnectionAborted.into()))
    }

    fn relay(&self, connection: Connection, request: &Request) -> io::Result<()> {
        match self.endpoint.original() {
            Some(original) => connection.relay(request, TcpStream::connect(original)?),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// The headers that Lambda sends with an event.
fn headers<'a>(invocation: &Invocation<'a>) -> Vec<(&'static str, &'a str)> {
    [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms),
        ("lambda-runtime-invoked-function-arn", invocation.invoked_function_arn),
        ("lambda-runtime-trace-id", invocation.trace_id),
        ("lambda-runtime-client-context", invocation.client_context),
        ("lambda-runtime-cognito-identity", invocation.cognito_identity),
        ("lambda-runtime-aws-tenant-id", invocation.tenant_id),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

fn failure(body: &[u8]) -> Failure {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(error) => Failure::new(error.error_type, error.error_message),
        Err(_) => Failure::new("Runtime.UnknownError", String::from_utf8_lossy(body)),
    }
}

/// What a posted response comes to. A streamed one becomes the response that API Gateway and function URLs take.
fn response(request: &Request, body: Vec<u8>) -> Outcome {
    if request.header("lambda-runtime-function-response-mode") != Some("streaming") {
        return Ok(body);
    }
    let parted = body.windows(PRELUDE_END.len()).position(|window| window == PRELUDE_END);
    let (prelude, body) = match parted {
        Some(end) => (&body[..end], &body[end + PRELUDE_END.len()..]),
        None => return Ok(body),
    };
    if let Some(start) = body
        .windows(STREAM_ERROR.len())
        .position(|window| window == STREAM_ERROR)
    {
        let message = String::from_utf8_lossy(&body[start + STREAM_ERROR.len()..]);
        return Err(stream_failure(message.trim_end()));
    }
    let unreadable = |error| Failure::new("Runtime.StreamError", format!("the response's prelude: {error}"));
    let mut prelude: Map<String, Value> = serde_json::from_slice(prelude).map_err(unreadable)?;
    let headers = match prelude.remove("headers") {
        Some(Value::Object(headers)) => headers.into_iter().map(|(name, value)| (name, joined(value))).collect(),
        _ => Map::new(),
    };
    let status = prelude.remove("statusCode").unwrap_or_else(|| 200.into());
    let cookies = prelude.remove("cookies").unwrap_or_else(|| Value::Array(Vec::new()));
    let response = http_response(status, headers, cookies, body);
    serde_json::to_vec(&response).map_err(unreadable)
}

/// A header's value; several of one name are joined.
fn joined(value: Value) -> Value {
    match value {
        Value::Array(values) => {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            values.join(", ").into()
        }
        value => value,
    }
}

/// The failure that `lambda_runtime` encoded.
fn stream_failure(encoded: &str) -> Failure {
    // This form of the call is in every version of base64 that a lambda_runtime depends on.
    #[allow(deprecated)]
    let message = base64::decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    Failure::new("Runtime.StreamError", message.unwrap_or_else(|| encoded.to_owned()))
}
