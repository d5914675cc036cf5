//! State that is kept from one invocation to the next.

use std::sync::{
    atomic::{AtomicU32, Ordering},
    OnceLock,
};

use lambda_runtime::{service_fn, Error, LambdaEvent};

static INVOCATIONS: AtomicU32 = AtomicU32::new(0);
static FIRST: OnceLock<String> = OnceLock::new();

async fn handler(event: LambdaEvent<String>) -> Result<(u32, &'static str), Error> {
    let first = FIRST.get_or_init(|| event.payload);
    Ok((INVOCATIONS.fetch_add(1, Ordering::SeqCst) + 1, first))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
