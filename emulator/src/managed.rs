//! The options for Lambda's managed runtimes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use launcher::{NodeClient, Program, PythonClient, RuntimeKind, Sandbox};

/// What runs the functions of a managed runtime.
#[derive(Args, Clone, Debug)]
pub(crate) struct ManagedArgs {
    /// The interpreter: Python, or Node.js. Needed for their runtimes only.
    #[arg(long)]
    interpreter: Option<PathBuf>,
    /// The version that Python must have, such as `3.13`.
    #[arg(long, value_name = "VERSION")]
    python_version: Option<String>,
    /// The runtime client. For Python, a folder with a folder for each version, such as `3.13`, that holds awslambdaric, or, each with
    /// this option, the folders that awslambdaric and what it needs are imported from; for Node.js, a folder that npm installed
    /// aws-lambda-ric to.
    #[arg(long, value_name = "FOLDER")]
    ric: Vec<PathBuf>,
}

impl ManagedArgs {
    /// The files and folders that a function's process needs.
    pub fn files(&self) -> Vec<&Path> {
        self.interpreter.iter().chain(&self.ric).map(PathBuf::as_path).collect()
    }

    /// What Lambda's runtime of this name runs an unpacked zip by. The managed runtimes need an interpreter and a runtime client; another
    /// version of Python than the runtime's is noted on stderr.
    pub fn program(&self, runtime: &str, sandbox: &Sandbox, zip: &Path) -> Result<Program> {
        let kind = RuntimeKind::of(runtime);
        if kind == RuntimeKind::OsOnly {
            return Program::of_zip(sandbox, zip)
                .with_context(|| format!("--zip cannot be run by --runtime {runtime}"));
        }
        let (Some(interpreter), [ric, ..]) = (&self.interpreter, &*self.ric) else {
            bail!("{runtime} needs an interpreter and its runtime client: give --interpreter and --ric");
        };
        let unusable = || format!("{runtime} cannot be run by what --interpreter and --ric name");
        if kind == RuntimeKind::Node {
            return Ok(Program::Node(
                NodeClient::find(interpreter, ric).with_context(unusable)?,
            ));
        }
        let client =
            PythonClient::find(interpreter, &self.ric, self.python_version.as_deref()).with_context(unusable)?;
        if runtime != format!("python{}", client.version()) {
            eprintln!(
                "note: {runtime} is run under Python {}, which {} is",
                client.version(),
                interpreter.display()
            );
        }
        Ok(Program::Python(client))
    }
}
