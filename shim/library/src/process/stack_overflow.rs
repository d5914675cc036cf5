//! A stack overflow that says so.
//!
//! In a program, Rust's standard library installs a handler of signals before `main`: a thread that runs into the guard page below
//! its stack ends the process with a message and `SIGABRT`, where it would be `SIGSEGV` without a word. A library has no such start.
//! So this module does the same for the thread that runs a program's `main`, and for each that the library's code starts:
//! [`export!`](crate::export) defines `pthread_create` for the library alone.
//!
//! A handler that was there before, such as that of Python's `faulthandler`, is called for all else.

mod guard;
mod handler;
mod libc;
#[cfg(test)]
mod tests;
mod threads;
mod watch;

use std::{
    sync::{Once, atomic::Ordering},
    thread,
};

pub use self::threads::{Start, create_thread};
use self::watch::Watch;

/// Watches the thread that runs a program's `main`, until it ends.
pub(crate) fn watch_main() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(handler::install);
    if Watch::current().is_none()
        && let Some(watch) = Watch::take()
    {
        // A thread that was started for `main` has that name, and others have none that a program would have given.
        watch.is_main.store(true, Ordering::Relaxed);
        // Has the handler find the thread's name without asking for memory.
        let _ = thread::current();
        watch.begin();
    }
}
