//! Layers of tower around the handler: a limit of time, and a map of the response.

use std::time::Duration;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};
use tower::ServiceBuilder;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let wait = event.payload["wait_ms"].as_u64().unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(wait)).await;
    Ok(json!({ "waited_ms": wait }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = ServiceBuilder::new()
        .map_response(|body: Value| json!({ "version": 1, "body": body }))
        .timeout(Duration::from_millis(500))
        .service(service_fn(handler));
    lambda_runtime::run(service).await
}
