//! An internal extension that flushes after each invocation. Loop and extension have a function each, which main joins.

use lambda_extension::{Extension, NextEvent};
use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<Vec<u64>>) -> Result<u64, Error> {
    event.payload.into_iter().max().ok_or_else(|| "no numbers".into())
}

async fn flush(event: lambda_extension::LambdaEvent) -> Result<(), Error> {
    if let NextEvent::Invoke(invocation) = event.next {
        println!("flushed after {}", invocation.request_id);
    }
    Ok(())
}

async fn serve() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let extension = Extension::new()
        .with_extension_name("flusher")
        .with_events(&["INVOKE"])
        .with_events_processor(lambda_extension::service_fn(flush))
        .register()
        .await?;
    tokio::try_join!(serve(), extension.run())?;
    Ok(())
}
