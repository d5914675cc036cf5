//! The environment variables as the library's code sees them.
//!
//! Python's client changes the process's environment between invocations (`_X_AMZN_TRACE_ID`), and Python code may do so at any
//! time, under the interpreter's lock; threads of Rust read it without that lock. In glibc before 2.41 a variable that comes anew
//! moves the table that others are reading. So the library has a table of its own: [`export!`](crate::export) defines `environ`,
//! `getenv`, `setenv` and what belongs to them, for the library alone, and what is linked into it (Rust's standard library, C) uses
//! these. The table is made before any constructor of the library runs, and follows Python's environment whenever Python calls in
//! and holds its lock; what the library sets is set for the process, too.
//!
//! A reader meets no lock. An entry of the table is a pointer that is replaced as a whole, and no table is freed. Nor is a text: those
//! that came from Python are glibc's, which keeps them, and of those that the library set for a variable, the last (`KEPT`) stay, and then
//! the oldest is written over, never beyond its end. A variable that is taken out leaves an empty text behind, so that no other one
//! moves, unless it was the last.
//!
//! What this can't do: keep native code that is not in the library, and does not hold the interpreter's lock, from changing the
//! process's environment while `follow` reads it. No C library of the process could, either.

mod libc;
mod posix;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod texts;

pub use posix::{clear, get, put, set, unset};
pub use table::{Entry, Environ};
pub(crate) use {
    posix::value,
    state::{attach, follow},
};
