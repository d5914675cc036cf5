//! Waiting for an event on a plain thread, until there is one or the server shuts down.

use std::{
    future::Future,
    pin::pin,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, Mutex, PoisonError,
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

/// Tells the threads of a server that it shuts down.
#[derive(Default)]
pub(super) struct Shutdown {
    begun: AtomicBool,
    waiting: Mutex<Vec<Thread>>,
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Shutdown {
    /// Ends all waits, those to come included.
    pub(super) fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
        for thread in self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            thread.unpark();
        }
    }

    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits for a future on this thread; `None` once the server shuts down.
    pub(super) fn wait<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let current = thread::current();
        let waker = Waker::from(Arc::new(Unpark(current.clone())));
        let mut cx = Context::from_waker(&waker);
        let mut registered = false;
        loop {
            if self.has_begun() {
                return None;
            }
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return Some(output);
            }
            if !registered {
                registered = true;
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.retain(|thread| thread.id() != current.id());
                waiting.push(current.clone());
                // The server may have begun to shut down before this thread was in its list.
                continue;
            }
            thread::park();
        }
    }
}
