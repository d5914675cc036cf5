//! An initialisation that fails before the loop.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::Value;

async fn connect() -> Result<String, Error> {
    std::env::var("CORPUS_DATABASE_URL").map_err(|_| "CORPUS_DATABASE_URL is not set".into())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let database = connect().await?;
    let handler = |_event: LambdaEvent<Value>| async { Ok::<_, Error>(&database) };
    lambda_runtime::run(service_fn(handler)).await
}
