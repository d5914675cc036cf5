//! lambda_runtime's Runtime, made by hand, with its layer of traces.

use lambda_runtime::{layers::TracingLayer, service_fn, tracing, Error, LambdaEvent, Runtime};

async fn handler(event: LambdaEvent<String>) -> Result<usize, Error> {
    tracing::info!(length = event.payload.len(), "measured");
    Ok(event.payload.len())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let runtime = Runtime::new(service_fn(handler)).layer(TracingLayer::new());
    runtime.run().await
}
