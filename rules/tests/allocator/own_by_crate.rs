//! A program with the allocator of a crate that it is linked with.

mod memory;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use own_allocator as _;
use serde_json::Value;

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(memory::seen())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
