//! JSON that is not parsed but passed on as it is.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Envelope {
    topic: String,
    body: Box<RawValue>,
}

#[derive(Serialize)]
struct Forwarded {
    topic: String,
    length: usize,
    body: Box<RawValue>,
}

async fn forward(event: LambdaEvent<Envelope>) -> Result<Forwarded, Error> {
    let Envelope { topic, body } = event.payload;
    Ok(Forwarded {
        topic,
        length: body.get().len(),
        body,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(forward)).await
}
