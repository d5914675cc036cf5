//! Edition 2018: crates by `extern crate`, macros by `macro_use`.

extern crate lambda_runtime as lambda;
#[macro_use]
extern crate serde_json;

use lambda::{service_fn, Error, LambdaEvent};
use serde_json::Value;
use std::convert::TryFrom;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let number = event.payload["number"].as_i64().ok_or("no number")?;
    Ok(json!({ "fits": u8::try_from(number).is_ok() }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda::run(service_fn(handler)).await
}
