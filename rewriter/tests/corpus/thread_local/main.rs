//! State of the thread that polls the handler.

use std::cell::Cell;

use lambda_runtime::{service_fn, Error, LambdaEvent};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(1) };
}

async fn handler(event: LambdaEvent<u32>) -> Result<u32, Error> {
    DEPTH.set(DEPTH.get() * event.payload);
    tokio::task::yield_now().await;
    Ok(DEPTH.replace(1))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
