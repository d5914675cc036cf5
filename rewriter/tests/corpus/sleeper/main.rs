//! Waits that overlap.

use std::time::Duration;

use futures::future::join_all;
use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::time::{sleep, Instant};

async fn handler(event: LambdaEvent<Vec<u64>>) -> Result<(usize, bool), Error> {
    let start = Instant::now();
    let longest = event.payload.iter().copied().max().unwrap_or_default();
    let waits = event.payload.into_iter().map(Duration::from_millis).map(sleep);
    let done = join_all(waits).await.len();
    Ok((done, start.elapsed() >= Duration::from_millis(longest)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
