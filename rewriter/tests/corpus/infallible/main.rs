//! A handler that can't fail.

use std::convert::Infallible;

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<bool>) -> Result<bool, Infallible> {
    Ok(!event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
