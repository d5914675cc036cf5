//! The options for what runs a function.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result, bail};
use clap::Args;
use launcher::{NodeClient, Program, PythonClient, RuntimeKind, Sandbox, TargetRunner};

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
    /// A program that runs the function's, and those of its layers' extensions, where this machine's CPU can't: an emulator, such as
    /// qemu-aarch64. It is given the arguments of --runner-arg, the program's path, and the program's arguments.
    #[arg(long, value_name = "PROGRAM")]
    runner: Option<PathBuf>,
    /// An argument of the runner's; `{argv0}` stands for the name that a program is started by.
    #[arg(
        long = "runner-arg",
        value_name = "ARGUMENT",
        allow_hyphen_values = true,
        requires = "runner"
    )]
    runner_args: Vec<OsString>,
    /// Whether another version of Python was noted: once for all functions and builds.
    #[arg(skip)]
    is_noted: Arc<AtomicBool>,
}

impl ManagedArgs {
    /// The files and folders that a function's process needs.
    pub fn files(&self) -> Vec<&Path> {
        let files = self.interpreter.iter().chain(&self.ric).chain(&self.runner);
        files.map(PathBuf::as_path).collect()
    }

    /// What runs the function's programs, if this machine doesn't.
    pub(crate) fn runner(&self) -> Result<Option<TargetRunner>> {
        let runner = |program: &PathBuf| TargetRunner::new(program, self.runner_args.clone());
        self.runner
            .as_ref()
            .map(runner)
            .transpose()
            .context("--runner is of no use")
    }

    /// What Lambda's runtime of this name runs an unpacked zip by. The managed runtimes need an interpreter and a runtime client; another
    /// version of Python than the runtime's is noted on stderr, once.
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
        let client = PythonClient::find(interpreter, &self.ric, self.python_version.as_deref(), sandbox.runner())
            .with_context(unusable)?;
        if runtime != format!("python{}", client.version()) && !self.is_noted.swap(true, Ordering::Relaxed) {
            eprintln!(
                "note: {runtime} is run under Python {}, which {} is",
                client.version(),
                interpreter.display()
            );
        }
        Ok(Program::Python(client))
    }
}
