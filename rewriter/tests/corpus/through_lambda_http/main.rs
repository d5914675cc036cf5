//! lambda_runtime, reached through lambda_http: one dependency for both kinds of function.

use lambda_http::{lambda_runtime, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let source = event.payload["source"].as_str().unwrap_or("unknown");
    Ok(json!({ "handled": source }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::lambda_runtime::run(lambda_runtime::service_fn(handler)).await
}
