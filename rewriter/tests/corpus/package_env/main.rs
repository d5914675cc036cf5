//! Variables of the build, read at compile time.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

const PACKAGE: &str = env!("CARGO_PKG_NAME");
const COMMIT: Option<&str> = option_env!("CORPUS_GIT_COMMIT");

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({
        "package": !PACKAGE.is_empty(),
        "version": env!("CARGO_PKG_VERSION").contains('.'),
        "commit": COMMIT.unwrap_or("unknown"),
        "module": module_path!().is_empty(),
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
