//! One Lambda function of a library: its program, and the life of that program's `main`.

#![forbid(unsafe_code)]

use std::{
    cell::RefCell,
    mem::{self, ManuallyDrop},
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, ThreadId},
};

use super::{
    engine::{Engine, Step},
    exit::Exit,
    failure::Failure,
    slot::{self, Invocation, Outcome, Slot},
};
use crate::process::{
    fork::{ForkMutex, generation},
    schedule::run_after_wakers,
    watch_main,
};

/// One Lambda function: the `main` of a program, and the slot in which its event loop finds events.
///
/// The generated bridge of a program keeps one in a `static`.
///
/// Its `main` runs on the thread that initialises it, and all later calls must come from that thread, in that
/// process: a call from another thread, from a forked child, or from within the function itself fails with the error type
/// `LambdaShim.Misuse`, and changes nothing.
///
/// `main` runs once. When it ends, the process does, if that [is the function's own](Self::own_process): with the same status as a program of
/// its own, and without an answer to the event at hand, as on the OS-only runtime. Otherwise the call at hand fails with how `main` ended, and so
/// do all later ones: much of what a `main` does can be done once in a process, so it is not started again.
///
/// ```
/// use lambda_shim::{Exit, Function, Invocation, thread};
///
/// static FUNCTION: Function = Function::new(|| thread(&FUNCTION, || Exit::new(1, "no table")));
///
/// let failure = FUNCTION.invoke(&Invocation::default()).unwrap_err();
/// assert_eq!((&*failure.error_type, &*failure.message), ("Runtime.ExitError", "no table"));
/// let failure = FUNCTION.initialize().unwrap_err();
/// assert_eq!(failure.message, "main has ended, and is not started again in the same process: no table");
/// ```
///
/// [`Engine`] has an example of a function that answers.
pub struct Function {
    start: fn() -> Result<Box<dyn Engine>, Failure>,
    /// The unmodified `main`, if the function's own event loop can take the process over.
    main: Option<fn() -> Exit>,
    slot: Slot,
    life: ForkMutex<Life>,
    owns_process: AtomicBool,
    /// Whether `main` has ended, and the process should before it asks for another event.
    is_over: AtomicBool,
}

/// Where a function is in its life.
enum Life {
    New,
    /// A thread has claimed it, and runs its `main`.
    Running(Owner),
    Ended(Exit),
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

/// What a thread may do with a function.
#[derive(PartialEq, Eq)]
enum Claim {
    /// Start its `main`: no other thread will.
    Start,
    /// Go on with the `main` that it started.
    Continue,
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
            life: ForkMutex::new(Life::New),
            owns_process: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        }
    }

    /// The same function with its unmodified `main`, which returns how it ended.
    pub const fn with_main(mut self, main: fn() -> Exit) -> Self {
        self.main = Some(main);
        self
    }

    /// Makes the process the function's own: it ends when `main` does. For the function that Lambda runs the process for.
    pub fn own_process(&'static self) {
        self.owns_process.store(true, Ordering::Release);
    }

    /// Has a forked child find this function's lock free.
    pub(crate) fn hold_around_forks(&'static self) {
        self.life.hold_around_forks();
    }

    /// Whether the process should end before it asks for another event. A call of the function then ends it.
    ///
    /// `main` can answer an event, and end before it waits for the next one. On the OS-only runtime the answer is sent by then.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Runs the unmodified `main` on this thread, as a process of its own would: it asks Lambda for events itself.
    ///
    /// Returns how `main` ended, which it does not in the ordinary course of things; the process should end then.
    ///
    /// # Errors
    ///
    /// When the program has none that could be run so, or `main` was started before.
    pub fn run(&self) -> Result<Exit, Failure> {
        let Some(main) = self.main else {
            return Err(Failure::misuse(
                "the program was built for another dispatch: its event loop waits for the shim",
            ));
        };
        if self.claim()? != Claim::Start {
            return Err(Failure::misuse("main runs already"));
        }
        watch_main();
        run_after_wakers();
        Ok(catch_unwind(main).unwrap_or_else(|payload| Exit::panic(&*payload)))
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
        match self.claim()? {
            Claim::Start => self.start(),
            Claim::Continue => Ok(()),
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
            Step::Ended(exit) => self.end(engine, exit, outcome),
        }
    }

    /// Tells the program, if it waits for that, that the process was restored from a snapshot, and drives it up to the point where it
    /// waits for an event.
    ///
    /// # Errors
    ///
    /// When `main` ends, as it does when what it had to do after a restore failed.
    pub fn restore(&'static self) -> Result<(), Failure> {
        slot::note_restore();
        let current = Owner::current();
        let is_own = matches!(*self.life.lock(), Life::Running(owner) if owner == current);
        if !is_own || !self.slot.restore() {
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
            Step::Ended(exit) => self.end_between_events(engine, exit),
        }
    }

    /// Has this thread start `main`, if no thread did, or go on with what it started.
    fn claim(&self) -> Result<Claim, Failure> {
        let current = Owner::current();
        let mut life = self.life.lock();
        let owner = match &*life {
            Life::New => {
                *life = Life::Running(current);
                return Ok(Claim::Start);
            }
            Life::Running(owner) => *owner,
            Life::Ended(exit) => {
                let exit = exit.clone();
                drop(life);
                self.end_process(&exit);
                return Err(Failure::exit(format!(
                    "main has ended, and is not started again in the same process: {}",
                    exit.message
                )));
            }
        };
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
        Ok(Claim::Continue)
    }

    fn start(&'static self) -> Result<(), Failure> {
        watch_main();
        match catch_unwind(self.start) {
            Ok(Ok(mut engine)) => match engine.drive(&self.slot) {
                Step::Waiting => {
                    self.put_engine(engine);
                    Ok(())
                }
                Step::Ended(exit) => self.end_between_events(engine, exit),
            },
            // The program's own start failed, as its process's would.
            Err(payload) => {
                let exit = Exit::panic(&*payload);
                self.note_end(exit.clone());
                self.end_process(&exit);
                Err(exit.into())
            }
            // What the shim needs for it can't be had.
            Ok(Err(failure)) => {
                self.note_end(Exit::new(1, failure.message.clone()));
                Err(failure)
            }
        }
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

    /// What becomes of a call during which `main` ended, and what that had reported before.
    fn end(&'static self, engine: Box<dyn Engine>, exit: Exit, reported: Option<Outcome>) -> Outcome {
        // What its values do as they go must not reach the caller.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(engine)));
        self.note_end(exit.clone());
        if let Some(outcome) = reported {
            // On the OS-only runtime this was sent before the process ended.
            self.is_over
                .store(self.owns_process.load(Ordering::Acquire), Ordering::Release);
            return outcome;
        }
        self.end_process(&exit);
        Err(exit.into())
    }

    /// What becomes of a call without an event during which `main` ended.
    fn end_between_events(&'static self, engine: Box<dyn Engine>, exit: Exit) -> Result<(), Failure> {
        let reported = self.slot.take_failure();
        self.end(engine, exit, reported.map(Err)).map(drop)
    }

    fn note_end(&self, exit: Exit) {
        let old = mem::replace(&mut *self.life.lock(), Life::Ended(exit));
        drop(old);
    }

    /// Ends the process with the status that `main` ended with, if the process is the function's own.
    ///
    /// Rust's output and C's are flushed, and C's handlers run, as when a program's `main` returns. Python's output needs nothing: Lambda's
    /// runtime client leaves none in a buffer.
    pub(crate) fn end_process(&self, exit: &Exit) {
        if self.owns_process.load(Ordering::Acquire) {
            process::exit(exit.status.into());
        }
    }
}
