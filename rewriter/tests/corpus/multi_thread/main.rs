//! A runtime of two worker threads, used by spawned tasks.

use lambda_runtime::{service_fn, Error, LambdaEvent};

fn collatz(mut number: u64) -> u32 {
    let mut steps = 0;
    while number != 1 {
        number = if number.is_multiple_of(2) {
            number / 2
        } else {
            3 * number + 1
        };
        steps += 1;
    }
    steps
}

async fn handler(event: LambdaEvent<Vec<u64>>) -> Result<Vec<u32>, Error> {
    let tasks: Vec<_> = event
        .payload
        .into_iter()
        .map(|number| tokio::spawn(async move { collatz(number) }))
        .collect();
    let mut steps = Vec::new();
    for task in tasks {
        steps.push(task.await?);
    }
    Ok(steps)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
