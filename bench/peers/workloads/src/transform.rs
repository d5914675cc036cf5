//! Orders in, invoices out, both typed.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Event {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    id: String,
    customer: Customer,
    express: bool,
    note: Option<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Customer {
    name: String,
    city: String,
}

#[derive(Deserialize)]
struct Line {
    sku: String,
    quantity: u64,
    price_cents: u64,
}

#[derive(Serialize)]
struct Answer {
    invoices: Vec<Invoice>,
    total_cents: u64,
}

#[derive(Serialize)]
struct Invoice {
    order: String,
    address: String,
    express: bool,
    note: Option<String>,
    lines: Vec<Amount>,
    total_cents: u64,
}

#[derive(Serialize)]
struct Amount {
    sku: String,
    amount_cents: u64,
}

impl From<Order> for Invoice {
    fn from(order: Order) -> Self {
        let lines: Vec<_> = order
            .lines
            .into_iter()
            .map(|line| Amount {
                sku: line.sku,
                amount_cents: line.quantity * line.price_cents,
            })
            .collect();
        Self {
            order: order.id,
            address: format!("{}, {}", order.customer.name, order.customer.city),
            express: order.express,
            note: order.note,
            total_cents: lines.iter().map(|line| line.amount_cents).sum(),
            lines,
        }
    }
}

async fn handler(event: LambdaEvent<Event>) -> Result<Answer, Error> {
    let invoices: Vec<Invoice> = event.payload.orders.into_iter().map(Invoice::from).collect();
    Ok(Answer {
        total_cents: invoices.iter().map(|invoice| invoice.total_cents).sum(),
        invoices,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
