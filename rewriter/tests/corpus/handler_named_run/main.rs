//! An own function that is named `run` too.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Deserialize)]
struct Command {
    program: String,
    #[serde(default)]
    arguments: Vec<String>,
}

async fn run(event: LambdaEvent<Command>) -> Result<String, Error> {
    let Command { program, arguments } = event.payload;
    Ok(format!("{program}({})", arguments.join(", ")))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(run)).await
}
