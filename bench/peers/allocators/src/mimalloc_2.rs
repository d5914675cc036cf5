//! The program on mimalloc 2, as its crate compiles it.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{run, service_fn, Error};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler::handler)).await
}
