//! A macro around the call, used inside an ordinary main.

use lambda_runtime::{service_fn, Error, LambdaEvent};

macro_rules! serve {
    ($handler:expr) => {
        lambda_runtime::run(service_fn($handler)).await
    };
}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload.chars().filter(char::is_ascii_alphanumeric).collect())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    serve!(handler)
}
