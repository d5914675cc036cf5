//! Answers with the event, or fails if it says so.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["fail"].as_str() {
        Some(message) => Err(message.into()),
        None => Ok(event.payload),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
