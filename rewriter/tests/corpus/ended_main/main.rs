//! A main that ends by what an event makes of the response; what it does before can be done once in a process.

use std::{
    collections::HashMap,
    sync::{
        atomic::{AtomicU32, Ordering},
        OnceLock,
    },
};

use lambda_runtime::{run, service_fn, tracing, Error, LambdaEvent};

static TABLE: OnceLock<&str> = OnceLock::new();
static SERVED: AtomicU32 = AtomicU32::new(0);

async fn handler(event: LambdaEvent<String>) -> Result<HashMap<Vec<u8>, u32>, Error> {
    let served = SERVED.fetch_add(1, Ordering::Relaxed);
    match event.payload.as_str() {
        // No text is the key: what can't be written as JSON ends the loop.
        "end" => Ok(HashMap::from([(vec![1], served)])),
        "fail" => Err(format!("{} served before", served).into()),
        _ => Ok(HashMap::new()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // Each of these fails where it is called twice in a process.
    tracing::init_default_subscriber();
    TABLE.set("users").map_err(|_| "there is a table already")?;
    run(service_fn(handler)).await
}
