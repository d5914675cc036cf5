//! `run` as a value that is called later.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<Vec<u8>>) -> Result<Option<u8>, Error> {
    Ok(event.payload.into_iter().max())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let start = lambda_runtime::run;
    start(service_fn(handler)).await
}
