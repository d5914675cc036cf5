//! A synchronous main that fails before it has a runtime.

use std::fs;

use lambda_runtime::{service_fn, Error, LambdaEvent};

fn main() -> Result<(), Error> {
    let threshold: i64 = fs::read_to_string("/nonexistent/threshold")?.trim().parse()?;
    let handler = |event: LambdaEvent<i64>| async move { Ok::<_, Error>(event.payload > threshold) };
    tokio::runtime::Runtime::new()?.block_on(lambda_runtime::run(service_fn(handler)))
}
