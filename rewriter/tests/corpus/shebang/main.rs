#!/usr/bin/env run-cargo-script
//! A first line for the shell.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<Option<char>, Error> {
    Ok(event.payload.chars().last())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
