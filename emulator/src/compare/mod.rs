//! What judges a test: cases, what they expect, and how what came of them differs from that, or from what another program made of them.

mod case;
mod context;
pub(crate) mod diff;
pub(crate) mod equivalence;
mod expectation;
pub(crate) mod log;
mod pattern;

pub use case::Case;
pub use context::CallContext;
pub use expectation::Expectation;
