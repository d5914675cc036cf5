//! Rewrites an ordinary Rust Lambda program into a library that a shim can call.
//!
//! [`rewrite`] takes a program's sources and gives them back with a generated module, the *bridge*, appended, and the
//! program led to it as far as the [`Engine`] that drives it asks: its calls of `lambda_runtime::run` replaced, and its
//! `main` made a function to be polled. Edits are made in the original text, so comments, formatting and line numbers
//! survive. [`explain`] tells people what was done and why. [`root_crate`] writes the crate that joins one or more such
//! programs into a shared library.
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
//!     ..Program::default()
//! })
//! .unwrap();
//! assert!(rewritten.sources[0].text.contains("async fn __lambda_main()"));
//! ```

#![forbid(unsafe_code)]

mod analyze;
mod command;
mod emit;
mod input;
mod plan;
mod resolve;
mod rewrite;

pub use analyze::globals::Global;
pub use command::{Command, RewriteArgs, RootCrateArgs};
pub use emit::{
    conflicts::check_globals,
    explain::explain,
    manifest::{EditRecord, Manifest, ObstacleRecord},
    root_crate::root_crate,
};
pub use input::{
    diagnostic::{Diagnostic, Errors, Warning},
    engine::Engine,
    program::{Library, Program},
    source::{Location, Source},
};
pub use rewrite::{Rewritten, rewrite};
