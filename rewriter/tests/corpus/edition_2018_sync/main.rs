//! Edition 2018: a synchronous main, and arrays that are iterated by reference.

use std::error::Error;

use lambda_runtime::{run, service_fn, LambdaEvent};
use tokio::runtime;

type BoxError = Box<dyn Error + Send + Sync>;

async fn handler(event: LambdaEvent<u32>) -> Result<u32, BoxError> {
    let mut total = 0;
    for factor in [2, 3, 5].iter() {
        total += event.payload * *factor;
    }
    Ok(total)
}

fn main() -> Result<(), BoxError> {
    let mut builder = runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build()?;
    runtime.block_on(async move { run(service_fn(handler)).await })
}
