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
        let mut is_told = false;
        let polled = runtime.block_on(poll_fn(|cx| {
            if !std::mem::replace(&mut is_told, true) {
                // Here tokio knows that its runtime is awake, and calls nothing to wake it.
                slot.wake();
            }
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

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            atomic::{AtomicUsize, Ordering},
            Arc, Mutex,
        },
        task::{Context, Wake, Waker},
    };

    use lambda_shim::{Function, Invocation};
    use tokio::runtime::Builder;

    use super::*;

    /// Wakes `main`, and counts how often it was woken itself.
    #[derive(Default)]
    struct Counting {
        wakes: AtomicUsize,
        main: Mutex<Option<Waker>>,
    }

    impl Wake for Counting {
        fn wake(self: Arc<Self>) {
            self.wakes.fetch_add(1, Ordering::SeqCst);
            if let Some(main) = self.main.lock().unwrap().as_ref() {
                main.wake_by_ref();
            }
        }
    }

    /// Polls its part of `main` only when that was woken, as what joins futures does.
    async fn when_woken(part: impl Future<Output = ()>) {
        let mut part = Box::pin(part);
        let counting = Arc::new(Counting::default());
        let waker = Waker::from(Arc::clone(&counting));
        let mut polled = None;
        poll_fn(|cx| {
            *counting.main.lock().unwrap() = Some(cx.waker().clone());
            let wakes = counting.wakes.load(Ordering::SeqCst);
            if polled.replace(wakes) == Some(wakes) {
                return Poll::Pending;
            }
            part.as_mut().poll(&mut Context::from_waker(&waker))
        })
        .await;
    }

    async fn echo(slot: &Slot) {
        loop {
            slot.next().await;
            let event = slot.read(|invocation| invocation.event.to_vec());
            slot.respond(Ok(event.unwrap_or_default()));
        }
    }

    static SINGLE: Function = Function::new(|| {
        inline(Builder::new_current_thread().enable_all().build(), || async {
            when_woken(echo(SINGLE.slot())).await;
            || Exit::new(0, "done")
        })
    });

    static MULTI: Function = Function::new(|| {
        inline(Builder::new_multi_thread().enable_all().build(), || async {
            when_woken(echo(MULTI.slot())).await;
            || Exit::new(0, "done")
        })
    });

    #[test]
    fn an_event_wakes_what_waits_for_it() {
        for function in [&SINGLE, &MULTI] {
            for event in [b"[1]", b"[2]", b"[3]"] {
                let invocation = Invocation {
                    event,
                    ..Invocation::default()
                };
                assert_eq!(function.invoke(&invocation), Ok(event.to_vec()));
            }
        }
    }
}
