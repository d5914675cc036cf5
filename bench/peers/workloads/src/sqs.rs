//! Takes a batch of messages, checks the total that each names, and reports those that are wrong.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Deserialize)]
struct Message {
    total_cents: u64,
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    quantity: u64,
    price_cents: u64,
}

fn is_right(body: &str) -> bool {
    let Ok(message) = serde_json::from_str::<Message>(body) else {
        return false;
    };
    let lines = message.orders.iter().flat_map(|order| &order.lines);
    message.total_cents == lines.map(|line| line.quantity * line.price_cents).sum::<u64>()
}

async fn handler(event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let mut response = SqsBatchResponse::default();
    for record in event.payload.records {
        if !record.body.as_deref().is_some_and(is_right) {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
