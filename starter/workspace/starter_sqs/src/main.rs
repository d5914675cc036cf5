//! Takes orders from a queue. Messages that fail are named, so that SQS delivers these alone once more.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    id: u64,
}

fn take(body: &str) -> Result<(), Error> {
    let order: Order = serde_json::from_str(body)?;
    println!("took order {}", order.id);
    Ok(())
}

async fn handler(event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let mut response = SqsBatchResponse::default();
    for message in event.payload.records {
        let id = message.message_id.unwrap_or_default();
        if let Err(error) = take(message.body.as_deref().unwrap_or_default()) {
            eprintln!("message {id}: {error}");
            response.add_failure(id);
        }
    }
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_an_id() {
        assert!(take(r#"{"id": 7}"#).is_ok());
        assert!(take(r#"{"id": "seven"}"#).is_err());
        assert!(take("no JSON").is_err());
    }
}
