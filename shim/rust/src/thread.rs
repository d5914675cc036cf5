//! The thread engine: `main` runs on a thread of its own, and the thread that calls in waits for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Wake, Waker},
    thread,
};

use crate::{
    Engine, Failure, Slot, Step,
    bell::{Bell, Patience},
};

/// The stack that Linux gives to a program's main thread.
const STACK_SIZE: usize = 8 << 20;

/// Starts a synchronous `main`, which returns how it ended, on a thread of its own.
///
/// The thread is called `main`, as the first thread of a program is. It can't be stopped from outside: it lives for as
/// long as `main` runs.
///
/// # Errors
///
/// When the system gives no thread.
///
/// ```
/// use lambda_shim::{Engine, Failure, Function, Step, thread};
///
/// let function = Function::new(|| Err(Failure::exit("not used here")));
/// let mut engine = thread(|| Failure::exit("main returned")).unwrap();
/// assert!(matches!(engine.drive(function.slot()), Step::Ended(_)));
/// ```
pub fn thread(main: impl FnOnce() -> Failure + Send + 'static) -> Result<Box<dyn Engine>, Failure> {
    let ended = Arc::new(Ended {
        failure: Mutex::new(None),
        engine: Bell::new(),
    });
    let ending = Arc::clone(&ended);
    thread::Builder::new()
        .name("main".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            let failure = catch_unwind(AssertUnwindSafe(main)).unwrap_or_else(|payload| Failure::panic(&*payload));
            *ending.lock() = Some(failure);
            ending.engine.ring();
        })
        .map_err(|error| Failure::exit(format!("no thread for main: {error}")))?;
    Ok(Box::new(OnThread {
        ended,
        patience: Patience::of_process(),
    }))
}

struct OnThread {
    ended: Arc<Ended>,
    patience: Patience,
}

/// Where a `main` leaves how it ended.
struct Ended {
    failure: Mutex<Option<Failure>>,
    /// The thread that drives the engine; an engine stays on the thread that made it.
    engine: Bell,
}

impl Ended {
    fn lock(&self) -> MutexGuard<'_, Option<Failure>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Ended {
    fn wake(self: Arc<Self>) {
        self.engine.ring();
    }
}

impl Engine for OnThread {
    fn drive(&mut self, slot: &Slot) -> Step {
        let waker = Waker::from(Arc::clone(&self.ended));
        let mut cx = Context::from_waker(&waker);
        let active_until = self.patience.begin();
        loop {
            // First, since an event loop that `main` left behind as it ended may still look as if it waited.
            if let Some(failure) = self.ended.lock().take() {
                return Step::Ended(failure);
            }
            if slot.poll_waiting(&mut cx).is_ready() {
                self.patience.end(active_until);
                return Step::Waiting;
            }
            self.ended.engine.wait(active_until);
        }
    }
}
