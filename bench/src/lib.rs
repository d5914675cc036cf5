//! Ways to run Rust on Lambda, measured beside one another; all but what draws a PNG or encrypts.
#![forbid(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

pub mod affinity;
pub mod allocators;
pub mod builds;
mod cache;
pub mod cli;
pub mod cold;
pub mod command;
pub mod environment;
pub mod events;
mod http;
pub mod machine;
pub mod measure;
pub mod memory;
pub mod node;
pub mod package;
pub mod peers;
pub mod plot;
mod processes;
mod progress;
pub mod python;
pub mod report;
pub mod results;
#[cfg(test)]
mod sample;
pub mod server;
pub mod soak;
pub mod statistics;
pub mod targets;
pub mod workloads;
