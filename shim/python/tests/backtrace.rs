//! Tells what a backtrace of its handler shows, or panics.

use std::backtrace::Backtrace;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    if event.payload["panic"] == true {
        panic!("as the event says");
    }
    let text = Backtrace::force_capture().to_string();
    let frames: Vec<_> = text.lines().filter_map(|line| line.split_once(": ")).collect();
    Ok(json!({
        "hasFrames": frames.len() > 5,
        "named": frames.iter().filter(|(_, name)| *name != "<unknown>").collect::<Vec<_>>(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
