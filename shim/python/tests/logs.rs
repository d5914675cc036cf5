//! Writes to the log in the ways that programs do.

use lambda_runtime::{run, service_fn, tracing, Error, LambdaEvent};
use serde_json::Value;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("printed by Rust");
    tracing::debug!("of use to its author");
    tracing::error!("of use to all");
    match event.payload["fail"].as_bool() {
        Some(true) => Err("no luck".into()),
        _ => Ok(event.payload),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(handler)).await
}
