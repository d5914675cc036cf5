//! A program's `main`: what drives it, what hands it events, and how it ends.

mod bell;
mod engine;
mod exit;
mod failure;
mod function;
pub(crate) mod metrics;
mod slot;
mod sync;
mod thread;

pub use bell::Bell;
pub use engine::{Engine, Step};
pub use exit::Exit;
pub use failure::{Failure, panic_message};
pub use function::Function;
pub use slot::{Invocation, Outcome, Slot};
pub use thread::{Attendant, attended_thread, thread};
