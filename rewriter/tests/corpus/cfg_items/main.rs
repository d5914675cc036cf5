//! One of two loops, chosen by a feature, as items; the crate of the other is not among the dependencies.

use serde_json::{json, Value};

#[cfg(not(feature = "http"))]
async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use lambda_runtime::{service_fn, LambdaEvent};
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        Ok::<Value, std::convert::Infallible>(answer(&event.payload))
    }))
    .await
}

#[cfg(feature = "http")]
async fn serve() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    use lambda_http::{service_fn, Request, RequestPayloadExt};
    lambda_http::run(service_fn(|request: Request| async move {
        let payload = request.payload::<Value>()?.unwrap_or(Value::Null);
        Ok::<Value, lambda_http::Error>(answer(&payload))
    }))
    .await
}

fn answer(payload: &Value) -> Value {
    json!({"twice": payload["n"].as_i64().unwrap_or(0) * 2})
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    serve().await
}
