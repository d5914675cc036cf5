//! A Lambda Runtime API server, and what runs a zip under the real Python runtime client against it.

mod case;
mod expectation;
mod python;
mod runner;
mod runtime_api;
mod sandbox;

pub use case::{Case, read_event};
pub use expectation::Expectation;
pub use python::{Interpreter, Python};
pub use runner::{Runner, Verdict};
pub use runtime_api::{Invocation, MAX_BODY_BYTES, Outcome, RuntimeApi};
pub use sandbox::Sandbox;
