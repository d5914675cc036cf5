//! Acts on orders that were placed, as EventBridge tells of them.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

/// The event's `detail`.
#[derive(Deserialize, Serialize)]
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
