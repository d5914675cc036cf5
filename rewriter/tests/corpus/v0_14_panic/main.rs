//! lambda_runtime 0.14: a panic under a synchronous main.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<u8>) -> Result<u8, Error> {
    Ok(event.payload.checked_add(1).expect("overflow"))
}

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(service_fn(handler)))
}
