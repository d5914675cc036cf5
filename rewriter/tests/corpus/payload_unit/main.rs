//! Nothing in, nothing out.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn clean_up(_event: LambdaEvent<()>) -> Result<(), Error> {
    println!("cleaned up");
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(clean_up)).await
}
