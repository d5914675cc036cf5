//! A Diagnostic of one's own for each kind of error.

use lambda_runtime::{service_fn, Diagnostic, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Debug)]
enum Failure {
    Throttled { retry_after: u32 },
    Forbidden,
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        let (error_type, error_message) = match failure {
            Failure::Throttled { retry_after } => ("Throttled", format!("retry after {retry_after} s")),
            Failure::Forbidden => ("AccessDenied", "you may not".to_owned()),
        };
        Diagnostic {
            error_type: error_type.into(),
            error_message,
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
enum Request {
    Read,
    Write { bytes: u32 },
    Delete,
}

async fn handler(event: LambdaEvent<Request>) -> Result<&'static str, Failure> {
    match event.payload {
        Request::Read => Ok("contents"),
        Request::Write { bytes } if bytes > 1024 => Err(Failure::Throttled {
            retry_after: bytes / 1024,
        }),
        Request::Write { .. } => Ok("written"),
        Request::Delete => Err(Failure::Forbidden),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
