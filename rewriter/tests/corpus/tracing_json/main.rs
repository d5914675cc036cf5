//! Logs as JSON by a subscriber of one's own.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tracing::{info, info_span, Instrument};

async fn step(name: &str) -> usize {
    info!(name, "step");
    name.len()
}

async fn handler(event: LambdaEvent<Vec<String>>) -> Result<usize, Error> {
    let mut total = 0;
    for name in &event.payload {
        total += step(name).instrument(info_span!("step", %name)).await;
    }
    Ok(total)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::INFO)
        .with_current_span(true)
        .init();
    lambda_runtime::run(service_fn(handler)).await
}
