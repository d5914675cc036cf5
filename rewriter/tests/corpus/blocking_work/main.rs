//! Work for the pool of blocking threads, and a thread of one's own.

use std::thread;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use tokio::task::spawn_blocking;

fn fibonacci(number: u8) -> u64 {
    (0..number)
        .fold((0, 1), |(previous, next), _| (next, previous + next))
        .0
}

async fn handler(event: LambdaEvent<u8>) -> Result<(u64, u64), Error> {
    let number = event.payload;
    let thread = thread::spawn(move || fibonacci(number + 1));
    let pooled = spawn_blocking(move || fibonacci(number)).await?;
    let own = thread.join().map_err(|_| "the thread panicked")?;
    Ok((pooled, own))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
