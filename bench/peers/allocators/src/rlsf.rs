//! The program on rlsf.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{run, service_fn, Error};

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler::handler)).await
}
