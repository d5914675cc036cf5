//! `run`, brought in by a glob.

use lambda_runtime::*;

async fn shout(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(format!("{}!", event.payload.to_uppercase()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(shout)).await
}
