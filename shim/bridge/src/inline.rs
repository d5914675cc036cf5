//! The inline engine: `main` is polled on the thread that calls in, and no thread is crossed.

use std::{
    future::{poll_fn, Future},
    io,
    panic::{catch_unwind, AssertUnwindSafe},
    pin::Pin,
    task::Poll,
};

use lambda_shim::{Engine, Failure, Slot, Step};
use tokio::runtime::Runtime;

/// Starts an asynchronous `main` on the tokio runtime that its attribute asks for.
///
/// `main` resolves to how it ended (see [`Ended`](crate::Ended)). It is not polled yet.
///
/// # Errors
///
/// When the tokio runtime can't be built.
pub fn inline<Fut>(runtime: io::Result<Runtime>, main: impl FnOnce() -> Fut) -> Result<Box<dyn Engine>, Failure>
where
    Fut: Future<Output = Failure> + 'static,
{
    let runtime = runtime.map_err(|error| Failure::exit(format!("tokio's runtime can't be built: {error}")))?;
    Ok(Box::new(Inline {
        main: Box::pin(main()),
        runtime,
    }))
}

struct Inline<Fut> {
    // Dropped before the runtime that its values may belong to.
    main: Pin<Box<Fut>>,
    runtime: Runtime,
}

impl<Fut: Future<Output = Failure>> Engine for Inline<Fut> {
    fn drive(&mut self, slot: &Slot) -> Step {
        let main = &mut self.main;
        let poll = poll_fn(|cx| {
            if let Poll::Ready(failure) = main.as_mut().poll(cx) {
                return Poll::Ready(Step::Ended(failure));
            }
            slot.poll_waiting(cx).map(|()| Step::Waiting)
        });
        catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(poll)))
            .unwrap_or_else(|payload| Step::Ended(Failure::panic(&*payload)))
    }
}
