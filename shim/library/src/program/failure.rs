//! What is reported when an invocation or the initialisation fails.

use std::any::Any;

/// An error as Lambda reports it: a type and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The `errorType` of the report.
    pub error_type: String,
    /// The `errorMessage` of the report.
    pub message: String,
}

impl Failure {
    /// A failure with a type and a message of its own.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.into(),
            message: message.into(),
        }
    }

    /// `main` ended, or could not be started: on the OS-only runtime the process would have ended, which Lambda reports under this type.
    pub fn exit(message: impl Into<String>) -> Self {
        Self::new("Runtime.ExitError", message)
    }

    /// The shim was called in a way that it does not serve.
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self::new("LambdaShim.Misuse", message)
    }

    /// `main` panicked, with what `catch_unwind` returned.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        Self::exit(format!("main panicked: {}", panic_message(payload)))
    }
}

/// The text of a panic's payload, where it has one.
fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
