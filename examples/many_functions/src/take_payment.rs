//! Takes a payment.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let cents = event.payload["cents"].as_u64().ok_or("a payment has `cents`")?;
    Ok(json!({ "paid": cents }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
