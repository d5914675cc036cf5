//! Workloads that people have, each in several ways: `tools/bazel run //bench:workloads`.
//!
//! A *case* is a workload with an event; a *way* is how a program of a workload is run.

pub mod cases;
mod documents;
pub mod exchange;
pub mod function;
pub mod measure;
pub mod packages;
pub mod plot;
pub mod price;
pub mod report;
pub mod results;
#[cfg(test)]
mod sample;
pub mod table;
pub mod targets;
pub mod ways;
