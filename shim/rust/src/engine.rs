//! How a program's `main` is driven.

use crate::{Failure, Slot};

/// What `main` came to when it was driven.
#[derive(Debug)]
pub enum Step {
    /// `main` waits for the next event.
    Waiting,
    /// `main` ended; on the OS-only runtime the process would have exited.
    Ended(Failure),
}

/// Drives one program's `main`. An engine stays on the thread that made it.
pub trait Engine {
    /// Drives `main` until it waits for the next event in `slot`, or ends. Never unwinds.
    fn drive(&mut self, slot: &Slot) -> Step;
}
