//! A `Runtime` with a layer, which the loopback engine drives. The layer is the one that `run` adds itself.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{layers::TracingLayer, service_fn, Error, Runtime};

#[tokio::main]
async fn main() -> Result<(), Error> {
    Runtime::new(service_fn(handler::handler))
        .layer(TracingLayer::new())
        .run()
        .await
}
