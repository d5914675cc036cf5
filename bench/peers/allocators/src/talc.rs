//! The program on talc, which takes its blocks from glibc.

#[path = "../../program/src/handler.rs"]
mod handler;

use std::alloc::System;

use lambda_runtime::{run, service_fn, Error};
use spinning_top::RawSpinlock;
use talc::{source::GlobalAllocSource, TalcLock};

#[global_allocator]
static ALLOCATOR: TalcLock<RawSpinlock, GlobalAllocSource<System>> = TalcLock::new(GlobalAllocSource::new(System));

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler::handler)).await
}
