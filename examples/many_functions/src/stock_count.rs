//! Counts the stock of an item.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let counts = event.payload["counts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64);
    Ok(json!({ "count": counts.sum::<i64>() }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
