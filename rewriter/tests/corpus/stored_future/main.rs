//! The loop's future, boxed, and awaited later.

use std::{future::Future, pin::Pin};

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<i32>) -> Result<String, Error> {
    Ok(format!("{:#06x}", event.payload))
}

fn server() -> Pin<Box<dyn Future<Output = Result<(), Error>>>> {
    Box::pin(lambda_runtime::run(service_fn(handler)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let server = server();
    println!("ready");
    server.await
}
