//! How a program's `main` is driven.

use crate::{Exit, Slot};

/// What `main` came to when it was driven.
#[derive(Debug)]
pub enum Step {
    /// `main` waits for the next event.
    Waiting,
    /// `main` ended, and what it held was dropped: a process of its own would end now.
    Ended(Exit),
}

/// Drives one program's `main`. An engine stays on the thread that made it.
pub trait Engine {
    /// Drives `main` until it waits for the next event in `slot`, or ends. Never unwinds.
    fn drive(&mut self, slot: &Slot) -> Step;
}
