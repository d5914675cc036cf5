//! Answers with what it was built with.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(_: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({
        "from_env": env!("FROM_ENV"),
        "from_file": env!("FROM_FILE"),
        "has_timestamp": env!("TIMESTAMP").parse::<u64>().is_ok(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
