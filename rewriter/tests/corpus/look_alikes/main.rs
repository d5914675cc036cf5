//! Text and comments that look like a start of the loop: `lambda_runtime::run(service_fn(handler)).await`.

use lambda_runtime::{service_fn, Error, LambdaEvent};

struct Job;

impl Job {
    // Not lambda_runtime::run(…), but a method.
    fn run(&self) -> &'static str {
        r#"lambda_runtime::run(service_fn("handler")).await"#
    }
}

async fn handler(_event: LambdaEvent<()>) -> Result<&'static str, Error> {
    /* lambda_runtime::run(service_fn(handler)) would never end here. */
    Ok(Job.run())
}

// #[tokio::main]
// async fn main() -> Result<(), Error> {
#[tokio::main]
async fn main() -> Result<(), Error> {
    let _banner = "fn main() { lambda_runtime::run(}";
    lambda_runtime::run(/* the handler */ service_fn(handler)).await
}
