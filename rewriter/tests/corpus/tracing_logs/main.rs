//! Logs by lambda_runtime's own subscriber.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use tracing::{info, instrument, warn};

#[instrument(skip(event), fields(request_id = %event.context.request_id))]
async fn handler(event: LambdaEvent<Vec<i32>>) -> Result<i32, Error> {
    info!(count = event.payload.len(), "received");
    let total = event.payload.iter().sum();
    if total < 0 {
        warn!(total, "negative");
        return Err("the total is negative".into());
    }
    Ok(total)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    run(service_fn(handler)).await
}
