//! An internal extension that learns of each invocation, joined with the loop.

use lambda_extension::{Extension, NextEvent};
use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<Vec<f64>>) -> Result<f64, Error> {
    let count = event.payload.len() as f64;
    Ok(event.payload.iter().sum::<f64>() / count)
}

async fn flush(event: lambda_extension::LambdaEvent) -> Result<(), Error> {
    if let NextEvent::Invoke(invocation) = event.next {
        println!("flushing metrics of {}", invocation.request_id);
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let extension = Extension::new()
        .with_extension_name("metrics-flusher")
        .with_events(&["INVOKE"])
        .with_events_processor(lambda_extension::service_fn(flush))
        .register()
        .await?;
    tokio::try_join!(extension.run(), lambda_runtime::run(service_fn(handler)))?;
    Ok(())
}
