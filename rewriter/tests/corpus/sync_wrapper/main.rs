//! tokio's attribute on a function that a synchronous main calls.

use lambda_runtime::{service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<u64>) -> Result<String, Error> {
    Ok(format!("{}s", event.payload / 1000))
}

#[tokio::main(flavor = "current_thread")]
async fn serve() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}

fn main() {
    // Before there are threads.
    std::env::set_var("TZ", "UTC");
    if let Err(error) = serve() {
        eprintln!("failed: {error}");
        std::process::exit(1);
    }
}
