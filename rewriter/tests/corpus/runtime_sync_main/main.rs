//! A Runtime under a synchronous main: two kinds of runtime in one program.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<i32>) -> Result<i32, Error> {
    Ok(event.payload.signum())
}

fn main() -> Result<(), Error> {
    let executor = tokio::runtime::Runtime::new()?;
    let runtime = lambda_runtime::Runtime::new(service_fn(handler));
    executor.block_on(runtime.run())
}
