//! An internal extension without events, only so that signals are delivered.

use lambda_extension::Extension;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<Vec<String>, Error> {
    Ok(event.payload.split(',').map(str::to_owned).collect())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let extension = Extension::new()
        .with_extension_name("signals")
        .with_events(&[])
        .register()
        .await?;
    let (served, extended) = tokio::join!(run(service_fn(handler)), extension.run());
    served.and(extended)
}
