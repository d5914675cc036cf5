//! What is started for a function: the runtime client for Python or Node.js, or a program of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{self, Path, PathBuf},
    slice,
};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::{Interpreter, Managed, NodeClient, RuntimeApi, Sandbox};

const BOOTSTRAP: &str = "bootstrap";

/// What is started for a function.
#[derive(Clone, Debug)]
pub enum Program {
    /// The real runtime client for Python, which imports the handler's module.
    Python(Interpreter),
    /// The real runtime client for Node.js.
    Node(NodeClient),
    /// An executable that asks for events itself, as on the OS-only runtimes.
    Bootstrap(PathBuf),
}

impl Program {
    /// Whether Lambda's runtime of this name runs the zip's own `bootstrap`.
    pub fn is_os_only(runtime: &str) -> bool {
        runtime.starts_with("provided")
    }

    /// Whether Lambda's runtime of this name is one of Node.js.
    pub fn is_node(runtime: &str) -> bool {
        runtime.starts_with("nodejs")
    }

    /// What Lambda's runtime of this name runs an unpacked zip by. The managed runtimes need an interpreter and a
    /// runtime client; another version of Python than the runtime's is noted on stderr.
    pub async fn of_runtime(runtime: &str, sandbox: &Sandbox, zip: &Path, managed: &Managed) -> Result<Self> {
        if Self::is_os_only(runtime) {
            return Self::of_zip(sandbox, zip);
        }
        let (Some(program), [ric, ..]) = (&managed.interpreter, &*managed.ric) else {
            bail!("{runtime} needs an interpreter and its runtime client: give --interpreter and --ric");
        };
        if Self::is_node(runtime) {
            return Ok(Self::Node(NodeClient::find(program, ric)?));
        }
        let interpreter = Interpreter::find(program, &managed.ric, managed.python_version.as_deref()).await?;
        if runtime != format!("python{}", interpreter.version()) {
            eprintln!(
                "note: {runtime} is run under Python {}, which {} is",
                interpreter.version(),
                program.display()
            );
        }
        Ok(Self::Python(interpreter))
    }

    /// The `bootstrap` of an unpacked zip.
    pub fn of_zip(sandbox: &Sandbox, zip: &Path) -> Result<Self> {
        let path = sandbox.task_root().join(BOOTSTRAP);
        match mode(&path) {
            Some(mode) if mode & 0o111 != 0 => Ok(Self::Bootstrap(path)),
            Some(_) => bail!(
                "`{BOOTSTRAP}` in {} is not executable: pack it with its permissions",
                zip.display()
            ),
            None => bail!(
                "{} has no `{BOOTSTRAP}` at its root, which an OS-only runtime runs: pack the program under that name, \
                 or give --runtime the runtime that the zip is for",
                zip.display()
            ),
        }
    }

    /// An executable outside of the zip.
    pub fn bootstrap(path: &Path) -> Result<Self> {
        if mode(path).is_none_or(|mode| mode & 0o111 == 0) {
            bail!(
                "{} is no executable file: give --same-as the program that was built for the OS-only runtime",
                path.display()
            );
        }
        // The task root is where it runs.
        let path = path::absolute(path).with_context(|| format!("cannot resolve {}", path.display()))?;
        Ok(Self::Bootstrap(path))
    }

    /// The command that starts this on an unpacked zip.
    pub(crate) fn command(&self, sandbox: &Sandbox, api: &RuntimeApi) -> Result<Command> {
        let (mut command, client) = match self {
            Self::Python(interpreter) => {
                let mut command = Command::new(interpreter.program());
                command.args(["-m", "awslambdaric", sandbox.handler()]);
                (command, interpreter.client())
            }
            Self::Node(client) => {
                let mut command = Command::new(client.program());
                command.arg(client.script()).arg(sandbox.handler());
                (command, slice::from_ref(client.folder()))
            }
            Self::Bootstrap(path) => {
                let mut command = Command::new(path);
                // Lambda runs it from there, and extensions are named by it.
                command.arg0(sandbox.task_root().join(BOOTSTRAP));
                (command, &[][..])
            }
        };
        command
            .current_dir(sandbox.task_root())
            .env_clear()
            .envs(sandbox.environment(api.address(), client));
        if let Some(opt) = sandbox.opt() {
            opt.apply(&mut command)
                .context("cannot show the process what layers bring")?;
        }
        Ok(command)
    }

    /// What to do when it cannot be started.
    pub(crate) fn start_failure(&self) -> String {
        match self {
            Self::Python(interpreter) => format!(
                "cannot run {}: give --interpreter Python",
                interpreter.program().display()
            ),
            Self::Node(client) => format!("cannot run {}: give --interpreter Node.js", client.program().display()),
            Self::Bootstrap(path) => format!(
                "cannot run {}: build it for this machine's architecture, or see that its first line names an \
                 interpreter",
                path.display()
            ),
        }
    }
}

/// The permissions of a file, if there is one.
fn mode(path: &Path) -> Option<u32> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(metadata.permissions().mode())
}
