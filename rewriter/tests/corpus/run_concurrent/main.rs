//! `run_concurrent`, which serves one event at a time unless Lambda asks for more.

use lambda_runtime::{run_concurrent, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    quantity: u32,
    unit_price: u32,
}

#[derive(Serialize)]
struct Total {
    total: u32,
}

async fn handler(event: LambdaEvent<Order>) -> Result<Total, Error> {
    let Order { quantity, unit_price } = event.payload;
    Ok(Total {
        total: quantity * unit_price,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_concurrent(service_fn(handler)).await
}
