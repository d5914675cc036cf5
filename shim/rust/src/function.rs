//! One Lambda function of a library: its program, and the life of that program's `main`.

use std::{
    cell::RefCell,
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
    thread::{self, ThreadId},
};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use crate::stack_overflow::watch_main;
use crate::{Engine, Failure, Invocation, Outcome, Slot, Step, fork::generation};

/// Where there is no handler of its own for it, the system's has the say.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn watch_main() {}

/// One Lambda function: the `main` of a program, and the slot in which its event loop finds events.
///
/// The generated bridge of a program keeps one in a `static`.
///
/// Its `main` runs on the thread that initialises it, and all later calls must come from that thread, in that
/// process: a call from another thread, from a forked child, or from within the function itself fails with the error type
/// `LambdaShim.Misuse`, and changes nothing. When `main` ends, the invocation at hand fails, and the next one
/// starts `main` anew, as Lambda starts a new process on the OS-only runtime.
pub struct Function {
    start: fn() -> Result<Box<dyn Engine>, Failure>,
    /// The unmodified `main`, if the function's own event loop can take the process over.
    main: Option<fn() -> Failure>,
    slot: Slot,
    owner: Mutex<Option<Owner>>,
}

/// The thread that runs a function's `main`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    generation: u32,
    thread: ThreadId,
}

impl Owner {
    fn current() -> Self {
        Self {
            generation: generation(),
            thread: thread::current().id(),
        }
    }
}

/// The engines of this thread's functions; an engine that is being driven is taken out.
type Engines = Vec<(*const Function, Option<Box<dyn Engine>>)>;

thread_local! {
    // Not dropped with the thread: at exit Lambda's processes are killed, and no program expects its `main` to be
    // torn down in the midst of waiting for an event.
    static ENGINES: RefCell<ManuallyDrop<Engines>> = const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

impl Function {
    /// A function whose `main` is started by `start`.
    pub const fn new(start: fn() -> Result<Box<dyn Engine>, Failure>) -> Self {
        Self {
            start,
            main: None,
            slot: Slot::new(),
            owner: Mutex::new(None),
        }
    }

    /// The same function with its unmodified `main`, which returns how it ended.
    pub const fn with_main(mut self, main: fn() -> Failure) -> Self {
        self.main = Some(main);
        self
    }

    /// Runs the unmodified `main` on this thread, as a process of its own would: it asks Lambda for events itself.
    ///
    /// Returns how `main` ended, which it does not in the ordinary course of things.
    pub fn run(&self) -> Failure {
        watch_main();
        match self.main {
            Some(main) => catch_unwind(main).unwrap_or_else(|payload| Failure::panic(&*payload)),
            None => Failure::misuse("the program was built for another dispatch: its event loop waits for the shim"),
        }
    }

    /// The slot in which the program's event loop finds events.
    pub fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Runs `main` up to the point where it waits for the first event. Does nothing if it was run before.
    ///
    /// # Errors
    ///
    /// When `main` ends or panics before it waits for an event, or the caller is not the function's owner.
    pub fn initialize(&'static self) -> Result<(), Failure> {
        match self.check_owner()? {
            true => Ok(()),
            false => self.start(),
        }
    }

    /// Hands an event to the program, and returns the response.
    ///
    /// # Errors
    ///
    /// What the program's handler returned, or how `main` ended.
    pub fn invoke(&'static self, invocation: &Invocation<'_>) -> Outcome {
        self.initialize()?;
        let mut engine = self.take_engine().ok_or_else(|| {
            Failure::misuse("the function was called from within itself; only one invocation runs at a time")
        })?;
        let delivery = self.slot.deliver(invocation);
        let step = engine.drive(&self.slot);
        let outcome = delivery.finish();
        match step {
            Step::Waiting => {
                self.put_engine(engine);
                outcome.unwrap_or_else(|| Err(Failure::exit("the event loop went on without answering")))
            }
            Step::Ended(failure) => {
                self.discard(engine);
                outcome.unwrap_or(Err(failure))
            }
        }
    }

    /// Tells the program, if it waits for that, that the process was restored from a snapshot, and drives it up to the point where it
    /// waits for an event.
    ///
    /// # Errors
    ///
    /// When `main` ends, as it does when what it had to do after a restore failed.
    pub fn restore(&'static self) -> Result<(), Failure> {
        if !self.slot.restore() || !self.check_owner()? {
            return Ok(());
        }
        let Some(mut engine) = self.take_engine() else {
            return Ok(());
        };
        match engine.drive(&self.slot) {
            Step::Waiting => {
                self.put_engine(engine);
                Ok(())
            }
            Step::Ended(failure) => Err(self.end(engine, failure)),
        }
    }

    /// Whether `main` runs; an error if it runs elsewhere.
    fn check_owner(&self) -> Result<bool, Failure> {
        let owner = *self.owner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(owner) = owner else { return Ok(false) };
        let current = Owner::current();
        if owner.generation != current.generation {
            return Err(Failure::misuse(
                "a forked process called a function that was initialised before the fork; initialise it after that",
            ));
        }
        if owner.thread != current.thread {
            return Err(Failure::misuse(
                "the function was called from another thread than the one that initialised it",
            ));
        }
        Ok(true)
    }

    fn start(&'static self) -> Result<(), Failure> {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = Some(Owner::current());
        self.slot.reset();
        watch_main();
        let started = catch_unwind(self.start).unwrap_or_else(|payload| Err(Failure::panic(&*payload)));
        let failure = match started {
            Ok(mut engine) => match engine.drive(&self.slot) {
                Step::Waiting => {
                    self.put_engine(engine);
                    return Ok(());
                }
                Step::Ended(failure) => self.end(engine, failure),
            },
            Err(failure) => failure,
        };
        self.disown();
        Err(failure)
    }

    fn take_engine(&'static self) -> Option<Box<dyn Engine>> {
        ENGINES.with_borrow_mut(|engines| engines.iter_mut().find(|(key, _)| std::ptr::eq(*key, self))?.1.take())
    }

    fn put_engine(&'static self, engine: Box<dyn Engine>) {
        ENGINES.with_borrow_mut(
            |engines| match engines.iter_mut().find(|(key, _)| std::ptr::eq(*key, self)) {
                Some((_, place)) => *place = Some(engine),
                None => engines.push((self, Some(engine))),
            },
        );
    }

    /// Drops the engine of a `main` that ended while no event was at hand; what it reported before it did is what failed.
    fn end(&'static self, engine: Box<dyn Engine>, failure: Failure) -> Failure {
        let reported = self.slot.take_failure();
        self.discard(engine);
        reported.unwrap_or(failure)
    }

    /// Drops the engine of an ended `main`; what its values do then must not reach the caller.
    fn discard(&'static self, engine: Box<dyn Engine>) {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(engine)));
        self.slot.reset();
        self.disown();
    }

    fn disown(&self) {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
