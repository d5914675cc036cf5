//! What every peer does: parses the whole event, and answers with a greeting and the number of the event's keys.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let size = event.payload.as_object().map_or(0, |object| object.len());
    Ok(json!({"message": "Hello, world!", "size": size}))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
