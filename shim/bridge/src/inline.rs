//! The inline engine: `main` is polled on the thread that calls in, and no thread is crossed.

use std::{
    future::{poll_fn, Future},
    io,
    panic::{catch_unwind, AssertUnwindSafe},
    pin::Pin,
    task::Poll,
};

use lambda_shim::{Engine, Exit, Failure, Slot, Step};
use tokio::runtime::Runtime;

/// Starts an asynchronous `main` on the tokio runtime that its attribute asks for.
///
/// `main` resolves to what says how it ended (see [`Ended`](crate::Ended)), which is called when the runtime is gone, as a program's own `main`
/// returns when its runtime is. It is not polled yet.
///
/// # Errors
///
/// None: the type is that of all engines.
///
/// # Panics
///
/// When the tokio runtime can't be built, as tokio's attribute does.
pub fn inline<Fut, F>(runtime: io::Result<Runtime>, main: impl FnOnce() -> Fut) -> Result<Box<dyn Engine>, Failure>
where
    Fut: Future<Output = F> + 'static,
    F: FnOnce() -> Exit + 'static,
{
    let runtime = runtime.expect("Failed building the Runtime");
    Ok(Box::new(Inline(Some(Running {
        main: Box::pin(main()),
        runtime,
    }))))
}

/// A `main`, until it ends.
struct Inline<Fut>(Option<Running<Fut>>);

struct Running<Fut> {
    // Dropped before the runtime that its values may belong to.
    main: Pin<Box<Fut>>,
    runtime: Runtime,
}

impl<Fut, F> Inline<Fut>
where
    Fut: Future<Output = F>,
    F: FnOnce() -> Exit,
{
    /// Polls `main` until it waits for an event, or ends. May unwind, where `main` does.
    fn poll(&mut self, slot: &Slot) -> Step {
        let Some(Running { main, runtime }) = &mut self.0 else {
            return Step::Ended(Exit::new(1, "main has ended"));
        };
        let polled = runtime.block_on(poll_fn(|cx| {
            if let Poll::Ready(returned) = main.as_mut().poll(cx) {
                return Poll::Ready(Some(returned));
            }
            slot.poll_waiting(cx).map(|()| None)
        }));
        match polled {
            None => Step::Waiting,
            Some(returned) => {
                self.0 = None;
                Step::Ended(returned())
            }
        }
    }
}

impl<Fut, F> Engine for Inline<Fut>
where
    Fut: Future<Output = F>,
    F: FnOnce() -> Exit,
{
    fn drive(&mut self, slot: &Slot) -> Step {
        catch_unwind(AssertUnwindSafe(|| self.poll(slot))).unwrap_or_else(|payload| {
            // What the values of `main` do as they go comes before the end of a process, and does not change it.
            let _ = catch_unwind(AssertUnwindSafe(|| self.0 = None));
            Step::Ended(Exit::panic(&*payload))
        })
    }
}
