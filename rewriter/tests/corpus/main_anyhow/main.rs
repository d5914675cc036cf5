//! An async main that returns anyhow's result.

use anyhow::{bail, Result};
use lambda_runtime::{service_fn, LambdaEvent};

async fn divide(event: LambdaEvent<(i32, i32)>) -> Result<i32> {
    let (dividend, divisor) = event.payload;
    if divisor == 0 {
        bail!("{dividend} divided by zero");
    }
    Ok(dividend / divisor)
}

#[tokio::main]
async fn main() -> Result<()> {
    lambda_runtime::run(service_fn(divide))
        .await
        .map_err(anyhow::Error::from_boxed)
}
