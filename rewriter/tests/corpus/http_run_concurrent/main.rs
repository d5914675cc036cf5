//! lambda_http's `run_concurrent`.

use lambda_http::{run_concurrent, service_fn, Error, Request};

async fn square(request: Request) -> Result<String, Error> {
    let number: u64 = request.uri().path().trim_start_matches("/square/").parse()?;
    Ok((number * number).to_string())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_concurrent(service_fn(square)).await
}
