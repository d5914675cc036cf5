//! Tells its context, sets variables, and takes its time, as the event says.

use std::{env, thread, time::Duration};

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["do"].as_str() {
        Some("set") => drop(thread::spawn(|| {
            for number in 0_u64.. {
                env::set_var(format!("OWN_{}", number % 50), "value");
            }
        })),
        Some("sleep") => thread::sleep(Duration::from_millis(500)),
        _ => (),
    }
    let context = event.context;
    Ok(json!({
        "deadline": context.deadline,
        "client": context.client_context,
        "identity": context.identity,
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
