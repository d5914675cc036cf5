//! Reports the price list, as EventBridge's schedule asks for it.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::Serialize;
use serde_json::Value;

#[derive(Debug, PartialEq, Serialize)]
struct Report {
    day: String,
    products: usize,
    dearest: Option<&'static str>,
}

fn report(day: String) -> Report {
    let dearest = orders::list().iter().max_by_key(|(_, price)| price);
    Report {
        day,
        products: orders::list().len(),
        dearest: dearest.map(|(product, _)| *product),
    }
}

async fn handler(event: LambdaEvent<EventBridgeEvent<Value>>) -> Result<Report, Error> {
    let event = event.payload;
    if event.detail_type != "Scheduled Event" {
        return Err(format!("an event of type {}, where a schedule's is expected", event.detail_type).into());
    }
    let day = event.time.ok_or("an event without a time")?.date_naive();
    Ok(report(day.to_string()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_product_is_reported() {
        let expected = Report {
            day: "2026-01-01".to_owned(),
            products: 3,
            dearest: Some("kettle"),
        };
        assert_eq!(report("2026-01-01".to_owned()), expected);
    }
}
