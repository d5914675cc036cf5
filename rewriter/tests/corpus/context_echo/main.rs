//! All that the Context tells.

use lambda_runtime::{service_fn, Context, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (_, context): (Value, Context) = event.into_parts();
    let time_left = context.deadline().duration_since(std::time::SystemTime::now());
    Ok(json!({
        "function": context.env_config.function_name,
        "memory": context.env_config.memory,
        "version": context.env_config.version,
        "arn": context.invoked_function_arn.starts_with("arn:aws:lambda:"),
        "request_id_length": context.request_id.len(),
        "deadline": context.deadline > 0,
        "time_left": time_left.is_ok(),
        "trace_id": context.xray_trace_id.is_some_and(|id| id.starts_with("Root=")),
        "client_context": context.client_context.is_some(),
        "identity": context.identity.is_some(),
        "tenant": context.tenant_id,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
