//! How an invocation ended.

use axum::body::Bytes;
use serde_json::json;

/// What Lambda calls the end of the function's process.
pub(crate) const EXIT_ERROR: &str = "Runtime.ExitError";

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
    /// The environment was not through with the event by the deadline. Says what was waited for.
    TimedOut(String),
}

impl Outcome {
    /// Whether the function has answered, be it by an error.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self, Self::Response { .. } | Self::Error { .. })
    }

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
