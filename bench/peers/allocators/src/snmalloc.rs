//! The program on snmalloc.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{run, service_fn, Error};

#[global_allocator]
static ALLOCATOR: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler::handler)).await
}
