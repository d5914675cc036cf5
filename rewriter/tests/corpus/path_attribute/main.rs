//! Modules in files of other names.

#[path = "v2/pricing_rules.rs"]
mod pricing;

mod v1 {
    #[path = "legacy.rs"]
    pub mod rules;
}

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<u32>) -> Result<(u32, u32), Error> {
    Ok((v1::rules::price(event.payload), pricing::price(event.payload)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
