//! A program with a task that a library below another starts.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::start();
    tokio::spawn(signals::start());
    lambda_runtime::run(service_fn(handler)).await
}
