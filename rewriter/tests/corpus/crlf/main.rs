//! Lines that end as on Windows.

use lambda_runtime::{service_fn, Error, LambdaEvent};

const HELP: &str = "first
second";

async fn handler(event: LambdaEvent<String>) -> Result<Vec<usize>, Error> {
    // The compiler makes one character of each line's end.
    Ok(vec![HELP.len(), event.payload.lines().count()])
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
