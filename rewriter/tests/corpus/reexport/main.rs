//! An own module that re-exports all of lambda_runtime.

mod aws {
    pub use lambda_runtime::*;

    pub type Event = LambdaEvent<String>;
}

async fn handler(event: aws::Event) -> Result<String, aws::Error> {
    Ok(event.payload.trim().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), aws::Error> {
    aws::run(aws::service_fn(handler)).await
}
