//! The crate under a short name.

use lambda_runtime as lr;

async fn handler(event: lr::LambdaEvent<Vec<i64>>) -> Result<i64, lr::Error> {
    Ok(event.payload.iter().sum())
}

#[tokio::main]
async fn main() -> Result<(), lr::Error> {
    lr::run(lr::service_fn(handler)).await
}
