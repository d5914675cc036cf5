//! A crate that forbids unsafe code.

#![forbid(unsafe_code)]

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn checksum(event: LambdaEvent<String>) -> Result<u32, Error> {
    let bytes = event.payload.into_bytes();
    Ok(bytes
        .iter()
        .fold(7, |sum: u32, &byte| sum.wrapping_mul(31) ^ u32::from(byte)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(checksum)).await
}
