//! A main that returns an ExitCode.

use std::process::ExitCode;

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<u32>) -> Result<u32, Error> {
    Ok(event.payload.count_ones())
}

#[tokio::main]
async fn main() -> ExitCode {
    match lambda_runtime::run(service_fn(handler)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(70)
        }
    }
}
