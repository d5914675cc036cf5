//! tokio's attribute, imported.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use tokio::main;

async fn handler(event: LambdaEvent<(u8, u8, u8)>) -> Result<String, Error> {
    let (red, green, blue) = event.payload;
    Ok(format!("#{red:02x}{green:02x}{blue:02x}"))
}

#[main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
