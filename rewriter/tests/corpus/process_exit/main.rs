//! A handler that ends the process: with a status, or by a signal

use std::process;

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    match event.payload.as_str() {
        "exit" => process::exit(3),
        "abort" => process::abort(),
        _ => Ok(event.payload),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
