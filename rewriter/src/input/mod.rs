//! What is given to the rewriter: a program's files, read as rustc will read them.

pub(crate) mod attributes;
pub(crate) mod cfg;
pub(crate) mod configure;
pub(crate) mod diagnostic;
pub(crate) mod engine;
pub(crate) mod module_tree;
pub(crate) mod nesting;
pub(crate) mod parsed;
pub(crate) mod program;
pub(crate) mod source;
pub(crate) mod stack;
pub(crate) mod syntax;
