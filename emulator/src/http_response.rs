//! The HTTP response that a function's answer stands for, whether it was streamed or not.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::base64;

const CONTENT_TYPE: &str = "application/vnd.awslambda.http-integration-response";

/// What follows the prelude of a streamed response.
pub(crate) const DELIMITER: [u8; 8] = [0; 8];

/// What `lambda_runtime` appends to a response whose stream fails: into its body, as it sends no trailers.
const ERROR_START: &str =
    "Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ";

/// What a streamed answer stands for.
#[derive(Debug, PartialEq)]
pub(crate) enum Streamed {
    /// A response.
    Whole(HttpResponse),
    /// The message of the error that the stream broke off with.
    Broken(String),
}

/// A response, in a form in which responses of the same meaning are equal.
#[derive(Debug, PartialEq)]
pub(crate) struct HttpResponse {
    pub status: u64,
    /// By name in lower case. Several values of a header are one, as HTTP has it.
    pub headers: BTreeMap<String, String>,
    pub cookies: Vec<String>,
    pub body: Vec<u8>,
}

/// Whether an answer of this content type is a streamed response.
pub(crate) fn is_streamed(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|value| value.split(';').next().unwrap_or_default().trim() == CONTENT_TYPE)
}

impl Streamed {
    /// Reads a streamed answer: the prelude, which is JSON, 8 NUL bytes and the body.
    pub fn parse(answer: &[u8]) -> Result<Self, String> {
        let end = answer
            .windows(DELIMITER.len())
            .position(|window| window == DELIMITER)
            .ok_or("the streamed response has no 8 NUL bytes after its prelude")?;
        let (prelude, body) = (&answer[..end], &answer[end + DELIMITER.len()..]);
        let prelude: Map<String, Value> = serde_json::from_slice(prelude)
            .map_err(|error| format!("the prelude of the streamed response is no JSON object: {error}"))?;
        Ok(match stream_error(body) {
            Some(message) => Self::Broken(message),
            None => Self::Whole(HttpResponse::new(&prelude, body.to_vec())?),
        })
    }
}

/// The message of the error that ends the body of a broken stream.
fn stream_error(body: &[u8]) -> Option<String> {
    let start = body
        .windows(ERROR_START.len())
        .rposition(|window| window == ERROR_START.as_bytes())?;
    let encoded = std::str::from_utf8(&body[start + ERROR_START.len()..]).ok()?;
    let message = base64::decode(encoded.strip_suffix("\r\n")?).ok()?;
    String::from_utf8(message).ok()
}

impl HttpResponse {
    /// Reads the form in which a function returns a response to API Gateway or a function URL.
    pub fn buffered(answer: &Value) -> Result<Self, String> {
        let object = answer
            .as_object()
            .filter(|object| object.contains_key("statusCode"))
            .ok_or("the answer is no HTTP response: it has no statusCode")?;
        let body = match object.get("body") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) if object.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
                base64::decode(text).map_err(|error| format!("the body of the HTTP response {error}"))?
            }
            Some(Value::String(text)) => text.clone().into_bytes(),
            Some(other) => other.to_string().into_bytes(),
        };
        Self::new(object, body)
    }

    /// Reads the status, the headers and the cookies from an object.
    pub fn new(object: &Map<String, Value>, body: Vec<u8>) -> Result<Self, String> {
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
                .map(|(name, values)| (name, values.join(", ")))
                .collect(),
            cookies,
            body,
        })
    }

    /// A form to be read.
    pub fn to_json(&self) -> Value {
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) => json!(text),
            Err(_) => json!({"bytes": self.body.iter().map(|byte| format!("{byte:02x}")).collect::<String>()}),
        };
        json!({"statusCode": self.status, "headers": self.headers, "cookies": self.cookies, "body": body})
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

#[cfg(test)]
mod tests {
    use super::*;

    fn streamed(prelude: &str, body: &[u8]) -> Vec<u8> {
        [prelude.as_bytes(), &DELIMITER, body].concat()
    }

    fn whole(prelude: &str, body: &[u8]) -> HttpResponse {
        match Streamed::parse(&streamed(prelude, body)).unwrap() {
            Streamed::Whole(response) => response,
            Streamed::Broken(message) => panic!("{message}"),
        }
    }

    #[test]
    fn a_streamed_response_equals_the_buffered_one_of_the_same_meaning() {
        let prelude = r#"{"statusCode": 201, "headers": {"content-type": "text/plain", "vary": ["a", "b"],
                          "set-cookie": "c=3"}, "cookies": ["a=1", "b=2"]}"#;
        let expected = whole(prelude, b"hi");
        for answer in [
            json!({"statusCode": 201, "headers": {"Content-Type": "text/plain", "Vary": "a, b"},
                   "cookies": ["a=1", "b=2", "c=3"], "body": "hi", "isBase64Encoded": false}),
            json!({"statusCode": 201, "headers": {"Content-Type": "text/plain", "vary": "b"},
                   "multiValueHeaders": {"Vary": ["a", "b"], "Set-Cookie": ["a=1", "b=2", "c=3"]},
                   "body": "aGk=", "isBase64Encoded": true}),
        ] {
            assert_eq!(HttpResponse::buffered(&answer).unwrap(), expected);
        }
    }

    #[test]
    fn each_part_counts() {
        let expected = whole(r#"{"statusCode": 200, "headers": {"a": "1"}}"#, &[0xff]);
        let answer = |change: (&str, Value)| {
            let mut answer = json!({"statusCode": 200, "headers": {"A": "1"}, "body": "/w==", "isBase64Encoded": true});
            answer[change.0] = change.1;
            HttpResponse::buffered(&answer).unwrap()
        };
        assert_eq!(answer(("cookies", json!([]))), expected);
        for change in [
            ("statusCode", json!(201)),
            ("headers", json!({"a": "2"})),
            ("cookies", json!(["c"])),
            ("isBase64Encoded", json!(false)),
            ("body", Value::Null),
        ] {
            assert_ne!(answer(change), expected);
        }
        assert_eq!(expected.to_json()["body"], json!({"bytes": "ff"}));
    }

    #[test]
    fn a_stream_that_breaks_off_is_an_error() {
        let body = format!("half{ERROR_START}bm8gdGFibGU=\r\n");
        let broken = Streamed::parse(&streamed("{}", body.as_bytes())).unwrap();
        assert_eq!(broken, Streamed::Broken("no table".to_owned()));
    }

    #[test]
    fn what_is_no_response_is_told() {
        assert!(Streamed::parse(b"{}").unwrap_err().contains("NUL"));
        assert!(Streamed::parse(&streamed("[", b"")).unwrap_err().contains("prelude"));
        assert!(HttpResponse::buffered(&json!("hi")).unwrap_err().contains("statusCode"));
        assert!(
            HttpResponse::buffered(&json!({"statusCode": "x"}))
                .unwrap_err()
                .contains("\"x\"")
        );
    }

    #[test]
    fn the_content_type_tells_what_is_streamed() {
        assert!(is_streamed(Some(CONTENT_TYPE)));
        assert!(is_streamed(Some(&format!("{CONTENT_TYPE}; charset=utf-8"))));
        assert!(!is_streamed(Some("application/json")));
        assert!(!is_streamed(None));
    }
}
