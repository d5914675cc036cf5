//! What stands in the way of an engine.

use std::ops::Range;

use crate::input::source::Source;

/// Something in a program that keeps an engine from driving it.
#[derive(Clone, Debug)]
pub(crate) struct Obstacle<'a> {
    pub(crate) source: &'a Source,
    pub(crate) place: Range<usize>,
    pub(crate) why: String,
    /// What the author can write instead.
    pub(crate) help: Option<&'static str>,
}
