//! What a mobile SDK and a tenant add to the Context.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<()>) -> Result<Value, Error> {
    let context = event.context;
    let client = context.client_context.ok_or("no client context")?;
    let identity = context.identity.ok_or("no identity")?;
    Ok(json!({
        "app": client.client.app_title,
        "locale": client.environment.get("locale"),
        "plan": client.custom.get("plan"),
        "identity": identity.identity_id,
        "pool": identity.identity_pool_id,
        "tenant": context.tenant_id,
        "trace_id": context.xray_trace_id,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
