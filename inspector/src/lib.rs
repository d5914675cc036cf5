//! Says of shared libraries, programs and zips, whoever made them, what would break on Lambda.
//!
//! What a build refuses is refused here by the same code: that of `elf`, and the packager's limits.

#![forbid(unsafe_code)]

mod archive;
mod binary;
mod command;
mod format;
mod report;
mod runtimes;
mod size;

pub use command::InspectArgs;
pub use report::{Finding, Level, Report};
pub use runtimes::{Runtime, Runtimes};
