//! lambda_runtime 0.14: a boxed error by `?`.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<std::net::Ipv4Addr, Error> {
    Ok(event.payload.parse()?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
