//! Acts on orders that were placed, as EventBridge tells of them.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

/// The event's `detail`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct OrderPlaced {
    order: u64,
}

#[derive(Serialize)]
struct Response {
    shipped: u64,
}

async fn handler(event: LambdaEvent<EventBridgeEvent<OrderPlaced>>) -> Result<Response, Error> {
    let event = event.payload;
    if event.detail_type != "OrderPlaced" {
        return Err(format!("an event of type {}, where OrderPlaced is expected", event.detail_type).into());
    }
    Ok(Response {
        shipped: event.detail.order,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn handled(detail_type: &str) -> Result<Response, Error> {
        let mut event = EventBridgeEvent::default();
        event.detail_type = detail_type.to_owned();
        event.detail = OrderPlaced { order: 7 };
        handler(LambdaEvent::new(event, Default::default())).await
    }

    #[tokio::test]
    async fn only_what_was_placed_is_shipped() {
        assert_eq!(handled("OrderPlaced").await.unwrap().shipped, 7);
        assert!(handled("OrderCancelled").await.is_err());
    }
}
