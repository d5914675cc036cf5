//! What is reported when an invocation or the initialisation fails.

#![forbid(unsafe_code)]

use std::any::Any;

/// An error as Lambda [reports it](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror): a type and a message.
///
/// ```
/// use lambda_shim::Failure;
///
/// let payload = std::panic::catch_unwind(|| panic!("out of luck")).unwrap_err();
/// let failure = Failure::panic(&*payload);
/// assert_eq!((&*failure.error_type, &*failure.message), ("Runtime.ExitError", "main panicked: out of luck"));
/// ```
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
        let message = panic_message(payload).unwrap_or("no message");
        Self::exit(format!("main panicked: {message}"))
    }
}

/// The text of a panic's payload, as `catch_unwind` returns it, where it has one.
pub fn panic_message(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}
