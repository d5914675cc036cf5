//! Code that would run once the loop ends.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<u32>) -> Result<u32, Error> {
    event.payload.checked_mul(2).ok_or_else(|| "too large to double".into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    println!("starting");
    lambda_runtime::run(service_fn(handler)).await?;
    println!("stopped");
    Ok(())
}
