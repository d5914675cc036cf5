//! Confirms placed orders of a queue. Messages that fail are named, so that SQS delivers these alone once more.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use orders::{Event, Order, OrderEvent};

fn confirm(body: &str) -> Result<Event, Error> {
    let placed: Event = serde_json::from_str(body)?;
    if placed.event != OrderEvent::Placed {
        return Err(format!("{} is for others", placed.event.name()).into());
    }
    Ok(Event {
        event: OrderEvent::Confirmed,
        order: Order::from_id(&placed.order)?.id(),
    })
}

async fn handler(event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let mut response = SqsBatchResponse::default();
    for message in event.payload.records {
        let id = message.message_id.unwrap_or_default();
        match confirm(message.body.as_deref().unwrap_or_default()) {
            Ok(confirmed) => println!("{}", serde_json::json!(confirmed)),
            Err(error) => {
                eprintln!("message {id}: {error}");
                response.add_failure(id);
            }
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
    use lambda_runtime::Context;

    use super::*;

    #[tokio::test]
    async fn messages_that_fail_are_named() {
        let placed = |order: &str| format!(r#"{{"event": "order.placed", "order": "{order}"}}"#);
        let bodies = [
            placed("tea:2~4c9255c1"),
            placed("tea:2~0"),
            placed("tea:2~4c9255c1").replace("placed", "confirmed"),
        ];
        let records: Vec<_> = (1..)
            .zip(bodies)
            .map(|(number, body)| serde_json::json!({"messageId": format!("{number}"), "body": body}))
            .collect();
        let event = serde_json::from_value(serde_json::json!({ "Records": records })).expect("it is an event");
        let response = handler(LambdaEvent::new(event, Context::default()))
            .await
            .expect("it answers");
        let failed: Vec<_> = response
            .batch_item_failures
            .iter()
            .map(|item| item.item_identifier.as_str())
            .collect();
        assert_eq!(failed, ["2", "3"]);
    }
}
