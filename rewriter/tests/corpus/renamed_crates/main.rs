//! Crates under other names than their own.

use lambda::{service_fn, Context, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Order {
    items: u32,
}

#[derive(Serialize)]
struct Receipt {
    total_cents: u32,
    deadline_known: bool,
}

async fn price(event: LambdaEvent<Order>) -> Result<Receipt, lambda::Error> {
    let (order, context): (Order, Context) = event.into_parts();
    Ok(Receipt {
        total_cents: order.items * 250,
        deadline_known: context.deadline > 0,
    })
}

#[rt::main(crate = "rt")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(service_fn(price)).await
}
