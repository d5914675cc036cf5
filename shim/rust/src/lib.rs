//! The C ABI between Lambda's managed runtimes and a Rust function.
//!
//! A program that was rewritten into a library owns one [`Function`] per `fn main`. The generated root crate of
//! the shared library lists them in [`export!`], which defines the symbols that the shim calls. A call to the shim
//! becomes an event in the function's [`Slot`], and the program's `main`, driven by its [`Engine`], takes it from
//! there.
//!
//! This crate depends on `std` alone: it is linked into every library, whatever the program's own dependencies are.

pub mod abi;
mod allocator;
mod engine;
mod failure;
mod function;
pub mod python;
mod slot;
mod thread;

pub use engine::{Engine, Step};
pub use failure::Failure;
pub use function::Function;
pub use slot::{Invocation, Outcome, Slot};
pub use thread::thread;
