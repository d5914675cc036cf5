//! What comes out: rewritten sources, the manifest of what was done, and the crate that joins programs into a library.

pub(crate) mod bridge;
pub(crate) mod conflicts;
pub(crate) mod edit;
pub(crate) mod explain;
pub(crate) mod imports;
pub(crate) mod manifest;
pub(crate) mod root_crate;
pub(crate) mod sources;
