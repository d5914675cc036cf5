//! An own module that is named like the crate.

use ::lambda_runtime::{service_fn, Error, LambdaEvent};

mod lambda_runtime {
    /// Not the event loop.
    pub fn run(input: &str) -> String {
        input.chars().rev().collect()
    }
}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(lambda_runtime::run(&event.payload))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    ::lambda_runtime::run(service_fn(handler)).await
}
