//! The loop, started in a helper that main awaits.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

struct Settings {
    currency: &'static str,
}

async fn serve(settings: Settings) -> Result<(), Error> {
    let handler = |event: LambdaEvent<Value>| {
        let price = event.payload["price"].as_u64().unwrap_or_default();
        let currency = settings.currency;
        async move { Ok::<_, Error>(json!({ "label": format!("{price} {currency}") })) }
    };
    lambda_runtime::run(service_fn(handler)).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    serve(Settings { currency: "EUR" }).await
}
