//! Packs Lambda zips, the same bytes each time, and checks and strips shared libraries before they are packed.

mod archive;
mod check;
mod origin;
mod strip;

pub use archive::{Entry, write_zip};
pub use check::{Breach, GlibcVersion, Limits, check_library};
pub use origin::likely_crate;
pub use strip::strip;
