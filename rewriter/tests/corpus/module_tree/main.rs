//! Modules in files and folders, of both styles.

mod orders;
mod shipping;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use orders::{tax, Order};

async fn handler(event: LambdaEvent<Order>) -> Result<u64, Error> {
    let order = event.payload;
    Ok(tax::with_tax(order.net()) + shipping::zones::cost(&order.country))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
