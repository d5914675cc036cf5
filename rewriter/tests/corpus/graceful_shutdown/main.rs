//! lambda_runtime's helper for a graceful shutdown, before the loop.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload.to_lowercase())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::spawn_graceful_shutdown_handler(|| async {
        println!("closing connections");
    })
    .await;
    lambda_runtime::run(service_fn(handler)).await
}
