//! The loop as a task that main waits for.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload.replace(' ', "-"))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let server = tokio::spawn(lambda_runtime::run(service_fn(handler)));
    server.await?
}
