//! Packs Lambda zips, the same bytes each time; makes shared libraries small, and checks them, before they are packed.

mod archive;
mod beside;
mod check;
mod command;
mod family;
mod glibc;
mod linker;
mod origin;
mod report;
mod strip;
mod symbolizer;

pub use archive::{Effort, Entry, files, write_zip};
pub use beside::{Judged, Surroundings};
pub use check::{Breach, Limits, check_elf};
pub use command::{CheckArgs, Command, CutArgs, ExplainArgs, StripArgs, ZipArgs};
pub use glibc::GlibcVersion;
pub use linker::explain_linker;
pub use origin::{Origin, likely_origins};
pub use report::{Kind, report};
pub use strip::strip;
pub use symbolizer::cut_symbolizer;
