//! A main that returns nothing.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<u32, Error> {
    let digits = event.payload.chars().filter_map(|character| character.to_digit(10));
    Ok(digits.sum())
}

#[tokio::main]
async fn main() {
    run(service_fn(handler)).await.expect("the loop failed");
}
