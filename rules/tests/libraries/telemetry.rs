//! Leads to the crate that starts a task.

pub use flusher::start;
