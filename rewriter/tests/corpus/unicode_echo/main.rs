//! Text in many scripts, escapes and control characters.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Measured {
    text: String,
    bytes: usize,
    characters: usize,
    upper_case: String,
}

async fn measure(event: LambdaEvent<String>) -> Result<Measured, Error> {
    let text = event.payload;
    Ok(Measured {
        bytes: text.len(),
        characters: text.chars().count(),
        upper_case: text.to_uppercase(),
        text,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(measure)).await
}
