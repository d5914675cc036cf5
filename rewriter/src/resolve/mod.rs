//! What the words of a program name: paths of its syntax tree, and of the tokens of macros, which have none.

pub(crate) mod called_paths;
pub(crate) mod mentions;
pub(crate) mod names;
pub(crate) mod scope;
