//! A peer's zip, unpacked as Lambda does, and how it is started.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{anyhow, Context, Result};

use crate::{
    function::Function,
    node::Node,
    peers::{Peer, Runtime},
    python::Python,
    sandbox::Sandbox,
};

const HANDLER: &str = "index.handler";

/// The runtimes' clients.
pub struct Clients {
    /// The one for Python.
    pub python: Python,
    /// The one for Node.js, or why there is none.
    pub node: Result<Node, String>,
}

/// A peer that can be started.
pub struct Package {
    /// The peer.
    pub peer: &'static Peer,
    /// The size of its zip.
    pub bytes: u64,
    sandbox: Sandbox,
    program: PathBuf,
    arguments: Vec<String>,
}

impl Package {
    /// Unpacks a zip.
    pub fn new(peer: &'static Peer, zip: &Path, clients: &Clients) -> Result<Self> {
        let bytes = fs::metadata(zip)
            .with_context(|| format!("cannot find {}: give --package a zip", zip.display()))?
            .len();
        let (runtime, client) = match peer.runtime {
            Runtime::OsOnly => ("provided.al2023".to_owned(), None),
            Runtime::Python => (
                format!("python{}", clients.python.version),
                Some(clients.python.client()),
            ),
            Runtime::Node => ("nodejs".to_owned(), None),
        };
        let sandbox = Sandbox::new(zip, HANDLER, &runtime, client)?;
        let (program, arguments) = match peer.runtime {
            Runtime::OsOnly => (sandbox.task_root().join("bootstrap"), Vec::new()),
            Runtime::Python => (clients.python.program.clone(), vec!["-m", "awslambdaric", HANDLER]),
            Runtime::Node => {
                let node = clients.node.as_ref().map_err(|why| anyhow!("{why}"))?;
                let client = node
                    .client
                    .to_str()
                    .context("the path of aws-lambda-ric is not UTF-8")?;
                (node.program.clone(), vec![client, HANDLER])
            }
        };
        Ok(Self {
            peer,
            bytes,
            program,
            arguments: arguments.into_iter().map(str::to_owned).collect(),
            sandbox,
        })
    }

    /// Starts a process for it.
    pub fn start(&self) -> Result<Function> {
        Function::start(|server| {
            let mut command = Command::new(&self.program);
            command
                .args(&self.arguments)
                .current_dir(self.sandbox.task_root())
                .env_clear()
                .envs(self.sandbox.environment(server.address()));
            command
        })
    }
}
