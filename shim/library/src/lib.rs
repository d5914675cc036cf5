//! What stands between Lambda's managed runtimes and a Rust function: the module that Python imports, and the engines.
//!
//! A program that was rewritten into a library owns one [`Function`] per `fn main`. The generated root crate of
//! the shared library lists them in [`export!`], which makes it a [Python module](python). A call from Python
//! becomes an event in the function's [`Slot`], and the program's `main`, driven by its [`Engine`], takes it from
//! there.
//!
//! This crate depends on `std` alone: it is linked into every library, whatever the program's own dependencies are.

mod allocator;
mod bell;
mod engine;
pub mod environment;
mod errno;
mod exit;
mod failure;
mod fork;
mod function;
mod metrics;
pub mod python;
mod slot;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[doc(hidden)]
pub mod stack_overflow;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[doc(hidden)]
pub mod startup;
mod symbol;
mod sync;
mod thread;

pub use engine::{Engine, Step};
pub use exit::Exit;
pub use failure::Failure;
pub use function::Function;
pub use slot::{Invocation, Outcome, Slot};
pub use thread::thread;
