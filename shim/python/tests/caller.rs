//! Doubles a number, and fails where there is none.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Value>| {
        let number = event.payload["number"].as_i64().ok_or("no number")?;
        Ok::<_, Error>(number * 2)
    }))
    .await
}
