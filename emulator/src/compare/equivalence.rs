//! Whether two programs ended an invocation in the same way: equivalence, not equality.

use serde_json::{Value, json};

use super::{
    diff::{self, Labeled},
    expectation::describe,
};
use crate::{
    http_response::HttpResponse,
    runtime_api::{Outcome, exit},
    streamed::{Streamed, has_prelude},
};

/// How what two programs ended an invocation with differs, if it does.
pub(crate) fn difference(left: Labeled<Outcome>, right: Labeled<Outcome>) -> Option<String> {
    match (Ending::of(left.1), Ending::of(right.1)) {
        (Ok(one), Ok(other)) => one.difference(&other, left, right),
        // Only a malformed answer has no meaning that could be compared.
        (one, other) => Some(
            [(left, one.err()), (right, other.err())]
                .into_iter()
                .filter_map(|(outcome, error)| error.map(|error| format!("{}: {error}", outcome.0)))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    }
}

/// What an outcome means.
enum Ending {
    Json(Value),
    Bytes(Vec<u8>),
    Stream(HttpResponse),
    /// An error of the stream has a message only.
    BrokenStream(String),
    Error(Value),
    InitError(Value),
    TimedOut,
}

impl Ending {
    fn of(outcome: &Outcome) -> Result<Self, String> {
        Ok(match outcome {
            Outcome::Response { body, content_type } if has_prelude(content_type.as_deref()) => {
                match Streamed::parse(body)? {
                    Streamed::Whole(head, body) => Self::Stream(HttpResponse::new(head, body)),
                    Streamed::Broken(message) => Self::BrokenStream(message),
                }
            }
            Outcome::Response { body, .. } => match serde_json::from_slice(body) {
                Ok(value) => Self::Json(value),
                Err(_) => Self::Bytes(body.clone()),
            },
            Outcome::Error { body, .. } => Self::Error(error(body)?),
            Outcome::InitError { body } => Self::InitError(error(body)?),
            Outcome::TimedOut(_) => Self::TimedOut,
        })
    }

    fn difference(&self, other: &Self, left: Labeled<Outcome>, right: Labeled<Outcome>) -> Option<String> {
        let json = |one: &Value, other: &Value| diff::json(Labeled(left.0, one), Labeled(right.0, other));
        match (self, other) {
            (Self::Json(one), Self::Json(other)) => json(one, other),
            (Self::InitError(one), Self::InitError(other)) | (Self::Error(one), Self::Error(other)) => {
                // How a process ended stands beside the id of the request.
                match exit::how(one).zip(exit::how(other)) {
                    Some((one, other)) if one == other => None,
                    _ => json(one, other),
                }
            }
            (Self::Stream(one), Self::Stream(other)) => json(&one.to_json(), &other.to_json()),
            (Self::Stream(stream), Self::Json(value)) => match HttpResponse::buffered(value) {
                Ok(response) => json(&stream.to_json(), &response.to_json()),
                Err(error) => Some(format!("{}: {error}:\n{value:#}", right.0)),
            },
            (Self::Json(_), Self::Stream(_)) | (Self::Error(_), Self::BrokenStream(_)) => {
                other.difference(self, right, left)
            }
            (Self::BrokenStream(one), Self::Error(other)) => json(&json!(one), &other["errorMessage"]),
            (Self::BrokenStream(one), Self::BrokenStream(other)) => json(&json!(one), &json!(other)),
            (Self::Bytes(one), Self::Bytes(other)) if one == other => None,
            (Self::TimedOut, Self::TimedOut) => None,
            _ => Some(format!(
                "{}: {}\n{}: {}",
                left.0,
                describe(left.1),
                right.0,
                describe(right.1)
            )),
        }
    }
}

/// Of an error, what a program has a say in.
fn error(body: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        format!(
            "the error is not valid JSON ({error}):\n{}",
            String::from_utf8_lossy(body)
        )
    })?;
    Ok(json!({"errorType": value["errorType"], "errorMessage": value["errorMessage"]}))
}

#[cfg(test)]
mod tests {
    use std::{os::unix::process::ExitStatusExt, process::ExitStatus};

    use super::*;

    fn response(body: &str) -> Outcome {
        Outcome::Response {
            body: body.into(),
            content_type: None,
        }
    }

    fn streamed(body: &[u8]) -> Outcome {
        Outcome::Response {
            body: body.to_vec(),
            content_type: Some("application/vnd.awslambda.http-integration-response".to_owned()),
        }
    }

    fn init_error(error_type: &str) -> Outcome {
        Outcome::InitError {
            body: json!({"errorType": error_type, "errorMessage": "x"}).to_string().into(),
        }
    }

    fn exit(code: i32) -> Outcome {
        Outcome::exit(&exit::message("id", &Ok(ExitStatus::from_raw(code << 8))))
    }

    fn timed_out(reason: &str) -> Outcome {
        Outcome::TimedOut(reason.to_owned())
    }

    fn compare(one: &Outcome, other: &Outcome) -> Option<String> {
        difference(Labeled("zip", one), Labeled("program", other))
    }

    #[test]
    fn the_same_in_other_words_is_the_same() {
        for (one, other) in [
            (response(r#"{"a": 1, "b": 2}"#), response(r#"{"b":2,"a":1}"#)),
            (response("plain"), response("plain")),
            (
                response(r#"{"statusCode": 200, "headers": {}, "body": "hi"}"#),
                streamed(b"{\"statusCode\": 200}\0\0\0\0\0\0\0\0hi"),
            ),
            (Outcome::error("E", "m"), Outcome::error("E", "m")),
            (Outcome::exit("status 1"), Outcome::exit("status 1")),
            (Outcome::init_exit("status 1"), Outcome::init_exit("status 1")),
            (init_error("E"), init_error("E")),
            (timed_out("one"), timed_out("other")),
        ] {
            assert_eq!(compare(&one, &other), None);
            assert_eq!(compare(&other, &one), None);
        }
    }

    #[test]
    fn a_difference_names_both() {
        for (one, other) in [
            (response("1"), response("2")),
            (response("plain"), response("1")),
            (response("1"), Outcome::error("E", "m")),
            (Outcome::error("E", "m"), Outcome::error("E", "n")),
            (Outcome::error("E", "m"), Outcome::exit("m")),
            (exit(1), exit(3)),
            (init_error("E"), Outcome::error("E", "x")),
            (Outcome::exit("status 1"), Outcome::exit("status 101")),
            (Outcome::init_exit("status 1"), Outcome::init_exit("status 101")),
            (Outcome::init_exit("status 1"), Outcome::exit("status 1")),
            (init_error("E"), init_error("F")),
            (
                response(r#"{"statusCode": 200, "body": "hi"}"#),
                streamed(b"{\"statusCode\": 201}\0\0\0\0\0\0\0\0hi"),
            ),
            (timed_out("one"), response("1")),
        ] {
            let difference = compare(&one, &other).unwrap();
            assert!(
                difference.contains("zip") && difference.contains("program"),
                "{difference}"
            );
        }
        let malformed = compare(&response("1"), &streamed(b"{}")).unwrap();
        assert!(malformed.contains("program: the streamed response"), "{malformed}");
    }
}
