//! A clock that is paused, so that a wait takes no time.

use std::time::Duration;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::time::{sleep, Instant};

async fn handler(event: LambdaEvent<u64>) -> Result<bool, Error> {
    let wait = Duration::from_secs(event.payload);
    let start = Instant::now();
    sleep(wait).await;
    Ok(start.elapsed() >= wait)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
