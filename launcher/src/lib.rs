//! What Lambda starts a function from: its zip and its layers, unpacked and read-only; the environment of its processes; and the
//! program that runs it, which is a runtime client with its interpreter, or a `bootstrap` of its own. What serves the events is the
//! caller's: the emulator and the benchmark have servers of their own.
//!
//! What is imitated: [environment variables], [layers] and [custom runtimes].
//!
//! ```
//! # fn main() -> anyhow::Result<()> {
//! # use std::{fs::File, io::Write};
//! # let folder = tempfile::tempdir()?;
//! # let zip = folder.path().join("function.zip");
//! # let mut writer = zip::ZipWriter::new(File::create(&zip)?);
//! # writer.start_file("bootstrap", zip::write::SimpleFileOptions::default().unix_permissions(0o755))?;
//! # writer.write_all(b"#!/bin/sh\necho \"$_HANDLER in ${PWD##*/} asks $AWS_LAMBDA_RUNTIME_API\"\n")?;
//! # writer.finish()?;
//! use launcher::{Program, Sandbox};
//!
//! let variables = vec![("STAGE".to_owned(), "test".to_owned())];
//! let sandbox = Sandbox::new(&zip, "index.handler", "provided.al2023", variables)?;
//! let program = Program::of_zip(&sandbox, &zip)?;
//! let output = program.command(&sandbox, ([127, 0, 0, 1], 9001).into())?.output()?;
//! assert_eq!(output.stdout, b"index.handler in task asks 127.0.0.1:9001\n");
//! # Ok(())
//! # }
//! ```
//!
//! [custom runtimes]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
//! [environment variables]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
//! [layers]: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
#![deny(unsafe_code)]
#![warn(clippy::missing_errors_doc)]

mod archive;
mod extension;
mod group;
mod interpreter;
mod layers;
mod mount;
mod node;
mod program;
mod python;
mod runner;
mod runtime;
mod sandbox;
mod status;
#[cfg(test)]
mod testing;
mod variables;

pub use extension::Extension;
pub use group::{ProcessGroup, Signal, exit_status};
pub use layers::Layers;
pub use node::NodeClient;
pub use program::Program;
pub use python::PythonClient;
pub use runner::TargetRunner;
pub use runtime::RuntimeKind;
pub use sandbox::Sandbox;
pub use status::status_field;
