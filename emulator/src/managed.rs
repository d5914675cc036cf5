//! The options for Lambda's managed runtimes.

use std::path::{Path, PathBuf};

use clap::Args;

/// What runs the functions of a managed runtime.
#[derive(Args, Clone, Debug)]
pub struct Managed {
    /// The interpreter: Python, or Node.js. Needed for their runtimes only.
    #[arg(long)]
    pub interpreter: Option<PathBuf>,
    /// The version that Python must have, such as `3.13`.
    #[arg(long, value_name = "VERSION")]
    pub python_version: Option<String>,
    /// The runtime client. For Python, a folder with a folder for each version, such as `3.13`, that holds awslambdaric, or, each with
    /// this option, the folders that awslambdaric and what it needs are imported from; for Node.js, a folder that npm installed
    /// aws-lambda-ric to.
    #[arg(long, value_name = "FOLDER")]
    pub ric: Vec<PathBuf>,
}

impl Managed {
    /// The files and folders that a function's process needs.
    pub fn files(&self) -> Vec<&Path> {
        self.interpreter.iter().chain(&self.ric).map(PathBuf::as_path).collect()
    }
}
