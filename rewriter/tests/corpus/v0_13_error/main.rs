//! lambda_runtime 0.13: an error that becomes a Diagnostic.

use lambda_runtime::{service_fn, Diagnostic, Error, LambdaEvent};

#[derive(Debug)]
struct Empty;

impl From<Empty> for Diagnostic {
    fn from(_: Empty) -> Self {
        Diagnostic {
            error_type: "Empty".into(),
            error_message: "an empty list has no average".into(),
        }
    }
}

async fn average(event: LambdaEvent<Vec<f64>>) -> Result<f64, Empty> {
    match event.payload.as_slice() {
        [] => Err(Empty),
        numbers => Ok(numbers.iter().sum::<f64>() / numbers.len() as f64),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(average)).await
}
