//! How a program's `main` ended.

#![forbid(unsafe_code)]

use std::any::Any;

use super::failure::Failure;

/// How a program's `main` ended: with what a process of its own would end.
///
/// ```
/// use lambda_shim::{Exit, Failure};
///
/// let exit = Exit::new(3, "main returned the exit code 3");
/// assert_eq!(exit.status, 3);
/// // For who has no process to see end.
/// assert_eq!(Failure::from(exit).message, "main returned the exit code 3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The status of the process.
    pub status: u8,
    /// How `main` ended, for who has no process to see end.
    pub message: String,
}

impl Exit {
    /// What the standard library ends a process with whose `main` panicked.
    const PANIC: u8 = 101;

    /// An end with a status, in words.
    pub fn new(status: u8, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// `main` panicked, with what `catch_unwind` returned. The panic's hook has written the message.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        Self::new(Self::PANIC, Failure::panic(payload).message)
    }
}

impl From<Exit> for Failure {
    fn from(exit: Exit) -> Self {
        Self::exit(exit.message)
    }
}
