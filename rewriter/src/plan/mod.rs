//! What is to be done to a program: the engine that drives it, and whether that can be.

pub(crate) mod checks;
pub(crate) mod choice;
pub(crate) mod concurrent_work;
pub(crate) mod libraries;
pub(crate) mod missing_crates;
pub(crate) mod missing_files;
pub(crate) mod polling;
pub(crate) mod replacing;
pub(crate) mod reserved_names;
pub(crate) mod single_thread;
