//! Greets with what its attributes decided.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let Some(name) = event.payload["name"].as_str() else {
        return Err("no name".into());
    };
    Ok(json!({
        "client": event.context.client_context.map(|context| context.client.app_title),
        "compiled": [env!("GREETING"), env!("MARK"), cfg!(feature = "loud"), cfg!(quiet)],
        "name": name,
        "stage": [std::env::var("STAGE")?, std::env::var("REGION")?],
        "words": include_str!("words.txt").trim(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
