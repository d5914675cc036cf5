//! Says what the build script found.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(|_: LambdaEvent<Value>| async {
        Ok::<_, Error>(json!({"library": env!("LIBRARY"), "program": env!("PROGRAM")}))
    }))
    .await
}
