//! A main with documentation and further attributes.

use lambda_runtime::{service_fn, Error, LambdaEvent};

/// Turns minutes into hours and minutes.
async fn handler(event: LambdaEvent<u32>) -> Result<(u32, u32), Error> {
    Ok((event.payload / 60, event.payload % 60))
}

/// The entry point.
///
/// # Errors
/// Fails if Lambda's Runtime API can't be reached: `fn main() {}` would not.
#[allow(clippy::needless_return, unreachable_code)]
#[doc(alias = "bootstrap")]
#[tokio::main]
#[cfg(unix)]
async fn main() -> Result<(), Error> {
    return lambda_runtime::run(service_fn(handler)).await;
}

/// There is no other system on Lambda.
#[cfg(not(unix))]
fn main() {
    unimplemented!("only Unix")
}
