//! `run`, imported by an item of its own.

use lambda_runtime::run;
use lambda_runtime::service_fn;
use lambda_runtime::Error;
use lambda_runtime::LambdaEvent;

async fn count_words(event: LambdaEvent<String>) -> Result<usize, Error> {
    Ok(event.payload.split_whitespace().count())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(count_words)).await?;
    Ok(())
}
