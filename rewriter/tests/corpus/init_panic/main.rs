//! An initialisation that panics before the loop.

use lambda_runtime::{service_fn, Error, LambdaEvent};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let limit: usize = std::env::var("CORPUS_LIMIT")
        .expect("CORPUS_LIMIT is not set")
        .parse()
        .expect("CORPUS_LIMIT is no number");
    let handler = |event: LambdaEvent<String>| async move { Ok::<_, Error>(event.payload.len() <= limit) };
    lambda_runtime::run(service_fn(handler)).await
}
