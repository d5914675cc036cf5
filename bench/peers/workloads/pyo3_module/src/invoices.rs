//! Orders in, invoices out, as `../../src/transform.rs` has it.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct Event {
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
pub struct Answer {
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

/// Makes invoices of orders.
pub fn of(event: Event) -> Answer {
    let invoices: Vec<Invoice> = event.orders.into_iter().map(Invoice::from).collect();
    Answer {
        total_cents: invoices.iter().map(|invoice| invoice.total_cents).sum(),
        invoices,
    }
}
