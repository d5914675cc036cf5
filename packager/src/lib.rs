//! Packs Lambda zips, the same bytes each time, and checks shared libraries before they are packed.

mod archive;
mod check;
mod origin;

pub use archive::{Entry, write_zip};
pub use check::{Breach, GlibcVersion, Limits, check_library};
pub use origin::likely_crate;
