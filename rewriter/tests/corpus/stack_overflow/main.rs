//! A recursion over the event's depth, which may overflow the stack

use std::hint::black_box;

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde::Deserialize;

#[derive(Deserialize)]
struct Event {
    depth: u64,
    #[serde(default)]
    in_a_thread: bool,
}

/// As deep as the event says; not a tail call.
fn depth(left: u64) -> u64 {
    let room = black_box([left; 64]);
    match left {
        0 => room[0],
        _ => 1 + depth(left - 1) + black_box(&room)[0] / left - 1,
    }
}

async fn handler(event: LambdaEvent<Event>) -> Result<u64, Error> {
    let Event {
        depth: wanted,
        in_a_thread,
    } = event.payload;
    match in_a_thread {
        false => Ok(depth(wanted)),
        true => {
            let thread = std::thread::Builder::new().name("deep".to_owned());
            let thread = thread.spawn(move || depth(wanted))?;
            Ok(thread.join().map_err(|_| "the thread panicked")?)
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
