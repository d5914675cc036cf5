//! One of two loops, chosen by `if`, with handlers of different types.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn text(event: LambdaEvent<String>) -> Result<usize, Error> {
    Ok(event.payload.len())
}

async fn list(event: LambdaEvent<Vec<String>>) -> Result<String, Error> {
    Ok(event.payload.join("/"))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let single = std::env::var_os("SINGLE").is_some();
    if single {
        lambda_runtime::run(service_fn(text)).await
    } else {
        lambda_runtime::run(service_fn(list)).await
    }
}
