//! An error that is a String.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<i64>) -> Result<i64, String> {
    match event.payload {
        number if number < 0 => Err(format!("{number} has no square root: \"negative\"")),
        number => Ok((number as f64).sqrt() as i64),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
