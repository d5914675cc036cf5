//! A main with a boxed error that is not Send.

use std::error::Error;

use lambda_runtime::{service_fn, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<i32, Box<dyn Error>> {
    Ok(event.payload.parse()?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    lambda_runtime::run(service_fn(handler))
        .await
        .map_err(|error| error as Box<dyn Error>)
}
