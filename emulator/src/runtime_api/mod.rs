//! A server of the [Runtime API] and of the [Extensions API]: what a function's processes ask for events, and answer them by.
//!
//! [Extensions API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
//! [Runtime API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

pub(crate) mod exit;
mod extensions;
pub(crate) mod ids;
mod invocation;
mod outcome;
mod replies;
mod routes;
mod server;
mod state;
#[cfg(test)]
mod tests;
mod trace;

pub use invocation::{Invocation, Origin};
pub use outcome::Outcome;
pub(crate) use outcome::StreamPart;
pub(crate) use replies::{JSON, text};
pub(crate) use server::Answer;
pub use server::RuntimeApi;
pub(crate) use trace::{new_trace_root, trace_id_of};
