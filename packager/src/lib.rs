//! Packs Lambda zips, the same bytes each time; makes shared libraries small, and checks them, before they are packed.

mod archive;
mod beside;
mod check;
mod command;
mod origin;
mod strip;
mod symbolizer;

pub use archive::{Effort, Entry, files, write_zip};
pub use beside::{Finding, Surroundings};
pub use check::{Breach, GlibcVersion, Limits, check_elf};
pub use command::{CheckArgs, Command, CutArgs, StripArgs, ZipArgs};
pub use origin::likely_crate;
pub use strip::strip;
pub use symbolizer::cut_symbolizer;
