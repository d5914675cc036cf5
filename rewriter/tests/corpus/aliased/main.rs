//! `run`, imported under another name.

use lambda_runtime::{run as start, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

/// Our own `run`: what a job does.
fn run(job: &str) -> String {
    job.to_uppercase()
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let job = event.payload["job"].as_str().unwrap_or("nothing");
    Ok(json!({ "done": run(job) }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    start(service_fn(handler)).await
}
