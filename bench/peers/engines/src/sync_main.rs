//! A synchronous `main` with a tokio runtime of its own, which the thread engine drives.

#[path = "../../program/src/handler.rs"]
mod handler;

use lambda_runtime::{run, service_fn, Error};
use tokio::runtime::Builder;

fn main() -> Result<(), Error> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(service_fn(handler::handler)))
}
