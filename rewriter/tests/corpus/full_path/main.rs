//! The loop, started by its full path.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let celsius = event.payload["celsius"]
        .as_f64()
        .ok_or("the event has no temperature")?;
    Ok(json!({ "fahrenheit": celsius * 9.0 / 5.0 + 32.0 }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
