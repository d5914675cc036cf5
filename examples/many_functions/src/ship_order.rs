//! Ships an order; panics without an address.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let address = event.payload["address"]
        .as_str()
        .expect("an order is shipped to an address");
    Ok(json!({ "shipped_to": address }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
