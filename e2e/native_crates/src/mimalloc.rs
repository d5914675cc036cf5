//! Takes memory by mimalloc in one thread, and gives it back in another.

use std::thread;

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use mimalloc::MiMalloc;
use serde_json::{json, Value};

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn answer(event: &Value) -> Result<Value, Error> {
    let size = usize::try_from(event["size"].as_u64().ok_or("no size")?)?;
    let taken: Vec<_> = (0_u8..8)
        .map(|fill| thread::spawn(move || vec![vec![fill; size]; 1000]))
        .map(|thread| thread.join().expect("it does not panic"))
        .collect();
    // What another allocator had given would not be known to mimalloc.
    // SAFETY: it is of the global allocator's, and lives.
    let usable = unsafe { ALLOCATOR.usable_size(taken[0][0].as_ptr()) };
    let sum: u64 = taken.iter().flatten().flatten().map(|byte| u64::from(*byte)).sum();
    Ok(json!({ "sum": sum, "usable": usable, "version": ALLOCATOR.version() > 0 }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
