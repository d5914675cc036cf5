//! A streamed response as it is posted: the prelude, which is JSON, 8 NUL bytes, and the body.
//!
//! The emulator compiles this file too, so that a test of a program reads what the library reads. `index.mjs` of the Node.js shim
//! does the same; `streamed.json` beside this folder holds what all three are tested with.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const CONTENT_TYPE: &str = "application/vnd.awslambda.http-integration-response";

/// What parts the prelude from the body. No JSON has it, so the first is the one, whatever the body holds.
const PRELUDE_END: [u8; 8] = [0; 8];

/// What `lambda_runtime` appends to the body when the stream breaks off, as it sends no trailers: this, the error's text in base64,
/// and a line break.
const ERROR_START: &[u8] =
    b"Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ";

/// What a streamed answer stands for.
#[derive(Debug, PartialEq)]
pub(crate) enum Streamed<'a> {
    /// A response's head and its body.
    Whole(Head, &'a [u8]),
    /// The message of the error that the stream broke off with.
    Broken(String),
}

/// The head of an HTTP response, in a form in which heads of the same meaning are equal.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Head {
    pub status: u64,
    /// By name in lower case. Several values of a header are one, as HTTP has it.
    pub headers: BTreeMap<String, String>,
    pub cookies: Vec<String>,
}

/// Whether an answer of this content type begins with a prelude.
pub(crate) fn has_prelude(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case(CONTENT_TYPE)
    })
}

/// The prelude and what came of the body, once the bytes between them are there.
pub(crate) fn part(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer
        .windows(PRELUDE_END.len())
        .position(|window| window == PRELUDE_END)?;
    Some((&answer[..end], &answer[end + PRELUDE_END.len()..]))
}

impl<'a> Streamed<'a> {
    /// Reads a whole answer.
    pub(crate) fn parse(answer: &'a [u8]) -> Result<Self, String> {
        let (prelude, body) = part(answer).ok_or("the streamed response has no 8 NUL bytes after its prelude")?;
        let head = Head::parse(prelude)?;
        Ok(match stream_error(body) {
            Some(message) => Self::Broken(message),
            None => Self::Whole(head, body),
        })
    }
}

/// The message of the error that ends the body of a broken stream. A body that only quotes such an ending goes on behind it.
fn stream_error(body: &[u8]) -> Option<String> {
    let start = body
        .windows(ERROR_START.len())
        .rposition(|window| window == ERROR_START)?;
    let encoded = std::str::from_utf8(&body[start + ERROR_START.len()..]).ok()?;
    // This form of the call is in every version of base64 that a lambda_runtime depends on.
    #[allow(deprecated)]
    let message = base64::decode(encoded.strip_suffix("\r\n")?).ok()?;
    String::from_utf8(message).ok()
}

impl Head {
    /// Reads a prelude.
    pub(crate) fn parse(prelude: &[u8]) -> Result<Self, String> {
        let prelude = serde_json::from_slice(prelude)
            .map_err(|error| format!("the prelude of the streamed response is no JSON object: {error}"))?;
        Self::new(&prelude)
    }

    /// Reads the status, the headers and the cookies from an object: a prelude, or a buffered response.
    pub(crate) fn new(object: &Map<String, Value>) -> Result<Self, String> {
        let status = match object.get("statusCode") {
            None => 200,
            Some(status) => status
                .as_u64()
                .ok_or_else(|| format!("{status} is not a statusCode of HTTP"))?,
        };
        // Where both name a header, API Gateway takes it from the second.
        let mut headers = header_values(object.get("headers"));
        headers.extend(header_values(object.get("multiValueHeaders")));
        let mut cookies = strings(object.get("cookies"));
        cookies.extend(headers.remove("set-cookie").unwrap_or_default());
        Ok(Self {
            status,
            headers: headers
                .into_iter()
                .filter(|(_, values)| !values.is_empty())
                .map(|(name, values)| (name, values.join(", ")))
                .collect(),
            cookies,
        })
    }
}

/// Headers by name in lower case, each with a value or a list of them.
fn header_values(headers: Option<&Value>) -> BTreeMap<String, Vec<String>> {
    let pairs = headers.and_then(Value::as_object).into_iter().flatten();
    let mut values: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, value) in pairs {
        values
            .entry(name.to_lowercase())
            .or_default()
            .extend(strings(Some(value)));
    }
    values
}

/// A value, or those in a list.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().flat_map(|value| strings(Some(value))).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(other) => vec![other.to_string()],
    }
}
