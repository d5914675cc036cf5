//! What stands between Lambda's managed runtimes and a Rust function: the module that Python imports, and the engines.
//!
//! A program that was rewritten into a library owns one [`Function`] per `fn main`. The generated root crate of
//! the shared library lists them in [`export!`], which makes it a [Python module](cpython). A call from Python
//! becomes an event in the function's [`Slot`], and the program's `main`, driven by its [`Engine`], takes it from
//! there.
//!
//! This crate depends on `std` alone: it is linked into every library, whatever the program's own dependencies are.
//!
//! # Modules
//!
//! Each names what stands above it in this list, and nothing below:
//!
//! - `process`: what the library does in the process that it was loaded into (forks, symbols, stack overflows, the allocator)
//! - [`environ`]: the environment, as the library's code sees it
//! - `startup`: the first constructor, which gives the others the arguments of a program of its own
//! - `program`: what drives a program's `main`, and hands it events
//! - [`cpython`]: the Python module
//! - `export`: the C symbols that a library has

#![warn(clippy::missing_errors_doc)]

pub mod cpython;
pub mod environ;
mod export;
#[doc(hidden)]
pub mod process;
mod program;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[doc(hidden)]
pub mod startup;

pub use process::{poll::is_readable, schedule::run_after_wakers, socket::has_connection};
pub use program::{
    Attendant, Bell, Engine, Exit, Failure, Function, Invocation, Outcome, Slot, Step, attended_thread, panic_message,
    thread,
};
