//! A payload that is a string, and an answer that may be missing.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn extension(event: LambdaEvent<String>) -> Result<Option<String>, Error> {
    Ok(event
        .payload
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_owned()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(extension)).await
}
