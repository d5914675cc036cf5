//! Text and bytes, included by relative paths from two files.

mod texts;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

static TABLE: &[u8] = include_bytes!("data/table.bin");

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let name = event.payload["name"].as_str().unwrap_or("nobody");
    Ok(json!({ "text": texts::greeting::of(name), "table": TABLE }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
