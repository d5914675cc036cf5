//! The program on jemalloc.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{run, service_fn, Error};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler::handler)).await
}
