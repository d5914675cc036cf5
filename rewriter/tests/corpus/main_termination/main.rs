//! A main that returns a Termination of its own.

use std::process::{ExitCode, Termination};

use lambda_runtime::{service_fn, Error, LambdaEvent};

enum Outcome {
    Stopped,
    Failed(Error),
}

impl Termination for Outcome {
    fn report(self) -> ExitCode {
        match self {
            Self::Stopped => ExitCode::SUCCESS,
            Self::Failed(error) => {
                eprintln!("the loop failed: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

async fn handler(event: LambdaEvent<[i32; 3]>) -> Result<[i32; 3], Error> {
    let mut numbers = event.payload;
    numbers.sort_unstable();
    Ok(numbers)
}

#[tokio::main]
async fn main() -> Outcome {
    match lambda_runtime::run(service_fn(handler)).await {
        Ok(()) => Outcome::Stopped,
        Err(error) => Outcome::Failed(error),
    }
}
