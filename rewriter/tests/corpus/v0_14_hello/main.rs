//! lambda_runtime 0.14: a plain handler.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct IncomingMessage {
    command: String,
}

#[derive(Serialize)]
struct OutgoingMessage {
    done: String,
    function: String,
}

async fn handler(event: LambdaEvent<IncomingMessage>) -> Result<OutgoingMessage, Error> {
    let (payload, context) = event.into_parts();
    Ok(OutgoingMessage {
        done: payload.command,
        function: context.env_config.function_name.clone(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
