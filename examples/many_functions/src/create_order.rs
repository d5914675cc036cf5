//! Takes an order, and gives it a number.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let items = event.payload["items"].as_array().map_or(0, Vec::len);
    match items {
        0 => Err("an order has items".into()),
        _ => Ok(json!({ "order": format!("{items}-items") })),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
