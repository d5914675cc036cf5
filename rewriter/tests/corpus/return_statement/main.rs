//! `return run(…).await` out of a block.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn is_leap(event: LambdaEvent<u32>) -> Result<bool, Error> {
    let year = event.payload;
    Ok(year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::args().all(|argument| argument != "--check") {
        return run(service_fn(is_leap)).await;
    }
    println!("configuration is fine");
    Ok(())
}
