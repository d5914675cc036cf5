//! Rewrites an ordinary Rust Lambda program into a library that a shim can call.
//!
//! [`rewrite`] takes a program's sources and gives them back with its `main` renamed, its calls of
//! `lambda_runtime::run` led to a generated module, the *bridge*, and that module appended. Edits are made in the
//! original text, so comments, formatting and line numbers survive. [`root_crate`] writes the crate that
//! joins one or more such programs into a shared library.
//!
//! ```
//! use rewriter::{Program, Source, rewrite};
//!
//! let main = "#[tokio::main]\nasync fn main() { lambda_runtime::run(handler()).await.unwrap() }\n";
//! let rewritten = rewrite(&Program {
//!     crate_name: "hello".into(),
//!     crate_root: "src/main.rs".into(),
//!     sources: vec![Source::new("src/main.rs", main)],
//!     deps: vec!["lambda_runtime".into(), "tokio".into()],
//! })
//! .unwrap();
//! assert!(rewritten.sources[0].text.contains("async fn __lambda_main()"));
//! ```

mod bridge;
mod diagnostic;
mod edit;
mod entry;
mod event_loop;
mod manifest;
mod module_tree;
mod names;
mod rewrite;
mod root_crate;
mod source;

pub use diagnostic::Diagnostic;
pub use manifest::{EditRecord, Engine, Manifest};
pub use rewrite::{Program, Rewritten, rewrite};
pub use root_crate::root_crate;
pub use source::Source;
