//! What is given besides the sources of a library: the manifest and what is said of it, warnings, and what can't be joined.

mod explain;
mod globals;
mod warnings;
