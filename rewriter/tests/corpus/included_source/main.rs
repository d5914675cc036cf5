//! Source text, included.

use lambda_runtime::{service_fn, Error, LambdaEvent};

include!("codes.rs");

async fn handler(event: LambdaEvent<String>) -> Result<&'static str, Error> {
    country(&event.payload).ok_or_else(|| format!("no country `{}`", event.payload).into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
