//! A streaming body, fed through a channel.

use std::time::Duration;

use lambda_runtime::{
    service_fn,
    streaming::{channel, Body, Response},
    Error, LambdaEvent,
};
use serde_json::Value;

async fn handler(_event: LambdaEvent<Value>) -> Result<Response<Body>, Error> {
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        for word in ["streamed", "word", "by", "word"] {
            sender
                .send_data(format!("{word}\n").into())
                .await
                .expect("the response was dropped");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    Ok(Response::from(body))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
