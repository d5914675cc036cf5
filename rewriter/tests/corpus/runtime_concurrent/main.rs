//! A Runtime's own `run_concurrent`.

use lambda_runtime::{layers::TracingLayer, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload.split('.').rev().collect::<Vec<_>>().join("."))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::Runtime::new(service_fn(handler))
        .layer(TracingLayer::new())
        .run_concurrent()
        .await
}
