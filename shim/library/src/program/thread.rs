//! The thread engine: `main` runs on a thread of its own, and the thread that calls in waits for it.

#![forbid(unsafe_code)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Wake, Waker},
    thread::{self, JoinHandle},
    time::Instant,
};

use super::{
    bell::{Bell, Patience},
    engine::{Engine, Step},
    exit::Exit,
    failure::Failure,
    function::Function,
    slot::Slot,
};

/// The stack that Linux gives to a program's main thread.
const STACK_SIZE: usize = 8 << 20;

/// Starts a synchronous `main` of a function, which returns how it ended, on a thread of its own.
///
/// The thread is called `main`, as the first thread of a program is. It can't be stopped from outside: it lives for as
/// long as `main` runs. If `main` ends while nobody drives it, and the process is the function's own, that thread ends the process.
///
/// # Errors
///
/// When the system gives no thread.
///
/// ```
/// use lambda_shim::{Engine, Exit, Function, Step, thread};
///
/// static FUNCTION: Function = Function::new(|| thread(&FUNCTION, || Exit::new(0, "main returned")));
/// assert_eq!(FUNCTION.initialize().unwrap_err().message, "main returned");
/// ```
pub fn thread(
    function: &'static Function,
    main: impl FnOnce() -> Exit + Send + 'static,
) -> Result<Box<dyn Engine>, Failure> {
    let bell = Arc::new(Bell::new());
    attended_thread(function, Arc::clone(&bell), Sleeper(bell), main)
}

/// What the thread that calls in does while `main` runs on its own.
pub trait Attendant {
    /// Returns when the slot has to be looked at again, or whether `main` has ended: once the engine's bell was rung, at the latest.
    ///
    /// Who waits actively does it up to `active_until`.
    fn attend(&mut self, active_until: Option<Instant>);
}

/// Waits for the bell.
struct Sleeper(Arc<Bell>);

impl Attendant for Sleeper {
    fn attend(&mut self, active_until: Option<Instant>) {
        self.0.wait(active_until);
    }
}

/// Starts a `main` as [`thread`] does; while it runs, the thread that calls in, which made `bell`, does what `attendant` says.
///
/// # Errors
///
/// When the system gives no thread.
pub fn attended_thread(
    function: &'static Function,
    bell: Arc<Bell>,
    attendant: impl Attendant + 'static,
    main: impl FnOnce() -> Exit + Send + 'static,
) -> Result<Box<dyn Engine>, Failure> {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        driver: bell,
    });
    let ending = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("main".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            let exit = catch_unwind(AssertUnwindSafe(main)).unwrap_or_else(|payload| Exit::panic(&*payload));
            let mut state = ending.lock();
            let is_driven = state.is_driven;
            state.ended = Some(exit.clone());
            drop(state);
            if is_driven {
                ending.driver.ring_last();
            } else {
                function.end_process(&exit);
            }
        })
        .map_err(|error| Failure::exit(format!("no thread for main: {error}")))?;
    Ok(Box::new(OnThread {
        shared,
        thread: Some(thread),
        patience: Patience::of_process(),
        attendant,
    }))
}

struct OnThread<A> {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    patience: Patience,
    attendant: A,
}

/// What the thread of `main` and the one that drives it share.
struct Shared {
    state: Mutex<State>,
    /// Wakes the thread that drives the engine; an engine stays on the thread that made it.
    driver: Arc<Bell>,
}

#[derive(Default)]
struct State {
    /// Where `main` leaves how it ended.
    ended: Option<Exit>,
    /// Whether the engine is being driven; if it is not, nobody learns that `main` ended.
    is_driven: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Shared {
    fn wake(self: Arc<Self>) {
        self.driver.ring();
    }
}

impl<A> OnThread<A> {
    /// Notes whether the engine is driven; how `main` ended, if it did.
    fn drives(&mut self, is_driven: bool) -> Option<Exit> {
        let exit = {
            let mut state = self.shared.lock();
            state.is_driven = is_driven;
            state.ended.take()?
        };
        if let Some(thread) = self.thread.take() {
            // What its thread-local variables do as they go comes before the end of a process.
            let _ = thread.join();
        }
        Some(exit)
    }
}

impl<A: Attendant> Engine for OnThread<A> {
    fn drive(&mut self, slot: &Slot) -> Step {
        let waker = Waker::from(Arc::clone(&self.shared));
        let mut cx = Context::from_waker(&waker);
        let active_until = self.patience.begin();
        self.shared.driver.silence();
        // Before `main` has the event, which it may answer and end at once: where nobody drives, it ends the process.
        self.shared.lock().is_driven = true;
        slot.wake();
        loop {
            // First, since an event loop that `main` left behind as it ended may still look as if it waited.
            if let Some(exit) = self.drives(true) {
                return Step::Ended(exit);
            }
            if slot.poll_waiting(&mut cx).is_ready() {
                self.patience.end(active_until);
                return self.drives(false).map_or(Step::Waiting, Step::Ended);
            }
            self.attendant.attend(active_until);
        }
    }
}
