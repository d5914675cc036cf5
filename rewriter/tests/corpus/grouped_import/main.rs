//! `run` among nested import groups.

use {
    lambda_runtime::{
        self,
        tower::{service_fn, ServiceExt},
        {run, Error, LambdaEvent},
    },
    serde_json::{json, Value},
};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, lambda_runtime::Error> {
    let items = event.payload["items"].as_array().map_or(0, Vec::len);
    Ok(json!({ "items": items }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let service = service_fn(handler).map_response(|mut response: Value| {
        response["checked"] = true.into();
        response
    });
    run(service).await
}
