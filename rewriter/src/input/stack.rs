//! A stack that is large enough for any program.

use std::{panic::resume_unwind, thread};

/// Enough for all that [`nesting`](super::nesting) lets through, in an unoptimized build too. What is not used of a stack
/// takes no memory.
const SIZE: usize = 1 << 30;

/// Does `work` on a large stack.
pub(crate) fn with_room<T: Send>(work: impl Fn() -> T + Sync) -> T {
    thread::scope(
        |scope| match thread::Builder::new().stack_size(SIZE).spawn_scoped(scope, &work) {
            Ok(worker) => worker.join().unwrap_or_else(|panic| resume_unwind(panic)),
            // Where so much can't be had, an ordinary program does with an ordinary stack.
            Err(_) => work(),
        },
    )
}
