//! A panic with a fixed text fails one invocation alone.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<Option<u32>>) -> Result<u32, Error> {
    let Some(number) = event.payload else {
        panic!("there was no number");
    };
    Ok(number + 1)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
