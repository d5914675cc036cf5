//! A panic with a formatted text, after an await.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<Vec<u32>>) -> Result<u32, Error> {
    tokio::task::yield_now().await;
    let index = event.payload.len();
    assert!(index < 3, "a list of {index} is too long");
    Ok(event.payload.iter().product())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
