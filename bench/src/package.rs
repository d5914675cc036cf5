//! A peer's zip, unpacked as Lambda does, and how it is started.

use std::{fs, path::Path, process::Command};

use anyhow::{anyhow, Context, Result};
use launcher::{Program, RuntimeKind, Sandbox};

use crate::{environment::ExecutionEnvironment, node::Node, peers::Peer, python::Python, server::Server};

const HANDLER: &str = "index.handler";

/// The runtimes' clients.
pub struct Clients {
    /// The one for Python.
    pub python: Python,
    /// The one for Node.js, or why there is none.
    pub node: Result<Node, String>,
}

/// Unpacks a zip, and tells what starts it.
///
/// # Errors
///
/// If the zip cannot be unpacked, or the client of its runtime is missing.
pub(crate) fn unpack(
    zip: &Path,
    runtime: RuntimeKind,
    clients: &Clients,
    variables: Vec<(String, String)>,
) -> Result<(Sandbox, Program)> {
    let name = match runtime {
        RuntimeKind::OsOnly => "provided.al2023".to_owned(),
        RuntimeKind::Python => format!("python{}", clients.python.client.version()),
        RuntimeKind::Node => "nodejs".to_owned(),
    };
    let sandbox = Sandbox::new(zip, HANDLER, &name, variables)?;
    let program = match runtime {
        RuntimeKind::OsOnly => Program::of_zip(&sandbox, zip)?,
        RuntimeKind::Python => Program::Python(clients.python.client.clone()),
        RuntimeKind::Node => {
            let node = clients.node.as_ref().map_err(|why| anyhow!("{why}"))?;
            Program::Node(node.client.clone())
        }
    };
    Ok((sandbox, program))
}

/// A peer that can be started.
pub struct Package {
    /// The peer.
    pub peer: &'static Peer,
    /// The size of its zip.
    pub bytes: u64,
    sandbox: Sandbox,
    program: Program,
}

impl Package {
    /// Unpacks a zip.
    ///
    /// # Errors
    ///
    /// If the zip cannot be unpacked, or the client of its runtime is missing.
    pub fn new(peer: &'static Peer, zip: &Path, clients: &Clients) -> Result<Self> {
        let bytes = fs::metadata(zip)
            .with_context(|| format!("cannot find {}: give --package a zip", zip.display()))?
            .len();
        let (sandbox, program) = unpack(zip, peer.runtime, clients, Vec::new())?;
        Ok(Self {
            peer,
            bytes,
            sandbox,
            program,
        })
    }

    /// Starts a process for it.
    ///
    /// # Errors
    ///
    /// If the process cannot be started.
    pub fn start(&self) -> Result<ExecutionEnvironment> {
        ExecutionEnvironment::start(|server| self.command(server, &[])).with_context(|| self.program.start_failure())
    }

    /// The command that starts a process for it, with variables of its own.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn command(&self, server: &Server, variables: &[(&str, &str)]) -> Result<Command> {
        let mut command = self.program.command(&self.sandbox, server.address())?;
        command.envs(variables.iter().copied());
        Ok(command)
    }

    /// The folder that the zip was unpacked to.
    pub fn folder(&self) -> &Path {
        self.sandbox.task_root()
    }
}
