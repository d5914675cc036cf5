//! What is started for a function: the runtime client for Python or Node.js, or a program of its own.

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{self, Path, PathBuf},
    process::Command,
    slice,
};

use anyhow::{Context, Result, bail};

use crate::{NodeClient, PythonClient, Sandbox, runner, variables};

const BOOTSTRAP: &str = "bootstrap";

/// What is started for a function.
#[derive(Clone, Debug)]
pub enum Program {
    /// The real runtime client for Python, which imports the handler's module.
    Python(PythonClient),
    /// The real runtime client for Node.js.
    Node(NodeClient),
    /// An executable that asks for events itself, as on the OS-only runtimes.
    Bootstrap(PathBuf),
}

impl Program {
    /// The `bootstrap` of an unpacked zip.
    ///
    /// # Errors
    ///
    /// If there is none, or one that cannot be executed.
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
                 or give the runtime that the zip is for",
                zip.display()
            ),
        }
    }

    /// An executable outside of the zip.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn bootstrap(path: &Path) -> Result<Self> {
        if mode(path).is_none_or(|mode| mode & 0o111 == 0) {
            bail!(
                "{} is no executable file: give the program that was built for the OS-only runtime",
                path.display()
            );
        }
        // The task root is where it runs.
        let path = path::absolute(path).with_context(|| format!("cannot resolve {}", path.display()))?;
        Ok(Self::Bootstrap(path))
    }

    /// The command that starts this on an unpacked zip, for a server of the Runtime API. It says nothing of what the process reads and
    /// writes.
    ///
    /// # Errors
    ///
    /// If the process cannot be shown what layers bring.
    pub fn command(&self, sandbox: &Sandbox, api: SocketAddr) -> Result<Command> {
        let start = |program: &Path, name: &Path| runner::command(sandbox.runner(), program, name, program);
        let (mut command, client) = match self {
            Self::Python(client) => {
                let mut command = start(client.program(), client.program());
                command.args(["-m", "awslambdaric", sandbox.handler()]);
                (command, client.folders())
            }
            Self::Node(client) => {
                let mut command = start(client.program(), client.program());
                command.arg(client.script()).arg(sandbox.handler());
                (command, slice::from_ref(client.folder()))
            }
            Self::Bootstrap(path) => {
                // Lambda runs it from there, and extensions are named by it.
                (start(path, &sandbox.task_root().join(BOOTSTRAP)), &[][..])
            }
        };
        command
            .current_dir(sandbox.task_root())
            .env_clear()
            .envs(variables::of_function(sandbox, api, client));
        if let Some(layers) = sandbox.layers() {
            layers
                .apply(&mut command)
                .context("cannot show the process what layers bring")?;
        }
        Ok(command)
    }

    /// What to do when it cannot be started.
    pub fn start_failure(&self) -> String {
        match self {
            Self::Python(client) => format!("cannot run {}: give a Python interpreter", client.program().display()),
            Self::Node(client) => format!(
                "cannot run {}: give Node.js as the interpreter",
                client.program().display()
            ),
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::{
        TargetRunner,
        testing::{sandbox, zip},
    };

    #[test]
    fn a_runner_is_given_the_program_and_the_name_that_lambda_starts_it_by() {
        let function = zip(&[("bootstrap", 0o755)]);
        let runner = TargetRunner::new(Path::new("echo"), vec![OsString::from("{argv0}")]).unwrap();
        let sandbox = sandbox(function.path(), &[]).unwrap().with_runner(Some(runner));
        let name = sandbox.task_root().join(BOOTSTRAP);
        // Any file that is no script.
        let elsewhere = std::env::current_exe().unwrap();
        for (program, path) in [
            (Program::of_zip(&sandbox, function.path()).unwrap(), &name),
            (Program::bootstrap(&elsewhere).unwrap(), &elsewhere),
        ] {
            let output = program
                .command(&sandbox, ([127, 0, 0, 1], 9001).into())
                .unwrap()
                .output()
                .unwrap();
            let expected = format!("{} {}\n", name.display(), path.display());
            assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        }
    }
}
