//! One of two handlers, chosen by a variable of the environment.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn ingest(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({ "role": "ingest", "fields": event.payload.as_object().map_or(0, |fields| fields.len()) }))
}

async fn report(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({ "role": "report" }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::var("ROLE").as_deref() {
        Ok("report") => run(service_fn(report)).await,
        Ok("ingest") | Err(_) => run(service_fn(ingest)).await,
        Ok(role) => Err(format!("no such role: {role}").into()),
    }
}
