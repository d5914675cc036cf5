//! The function's process: the real runtime client for Python, started on an unpacked zip.

use std::{
    fs,
    io::Read,
    path::{self, Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

use crate::{Invocation, Outcome, RuntimeApi, Sandbox};

/// A Python interpreter, and the runtime client for its version.
#[derive(Clone, Debug)]
pub struct Interpreter {
    program: PathBuf,
    version: String,
    ric: PathBuf,
}

impl Interpreter {
    /// Asks an interpreter for its version, and finds the runtime client for it in a folder of one for each version.
    pub async fn find(program: &Path, rics: &Path) -> Result<Self> {
        // A bare name is looked up in PATH; a path must hold from the task root as well.
        let program = match program.components().count() {
            0 | 1 => program.to_owned(),
            _ => path::absolute(program).with_context(|| format!("cannot resolve {}", program.display()))?,
        };
        let output = Command::new(&program)
            .args(["-I", "-c", "import sys; print(\"%d.%d\" % sys.version_info[:2])"])
            .output()
            .await
            .with_context(|| format!("cannot run {}: give --python an interpreter", program.display()))?;
        if !output.status.success() {
            let log = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{} does not tell its version ({}): give --python an interpreter\n{log}",
                program.display(),
                output.status
            );
        }
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let ric = path::absolute(rics)
            .with_context(|| format!("cannot resolve {}", rics.display()))?
            .join(&version);
        if !ric.join("awslambdaric").is_dir() {
            bail!(
                "{} holds no awslambdaric for Python {version}, which {} is; it holds: {}. \
                 Choose an interpreter of one of those versions, or add {version} to --ric",
                rics.display(),
                program.display(),
                versions(rics)?
            );
        }
        Ok(Self { program, version, ric })
    }

    /// The version, such as `3.13`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn versions(rics: &Path) -> Result<String> {
    let mut names = Vec::new();
    let entries = fs::read_dir(rics).with_context(|| format!("cannot list {}: give --ric a folder", rics.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list {}", rics.display()))?;
        if entry.path().join("awslambdaric").is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    })
}

/// A function's process. It is killed when this is dropped.
pub struct Python {
    child: Child,
    log: Arc<Mutex<Vec<u8>>>,
}

impl Python {
    /// Starts the runtime client on an unpacked zip.
    pub fn spawn(interpreter: &Interpreter, sandbox: &Sandbox, api: &RuntimeApi) -> Result<Self> {
        // One pipe for both streams keeps their order.
        let (mut reader, writer) = std::io::pipe().context("cannot make a pipe for the function's log")?;
        let stderr = writer
            .try_clone()
            .context("cannot make a pipe for the function's log")?;
        let child = Command::new(&interpreter.program)
            .args(["-m", "awslambdaric", sandbox.handler()])
            .current_dir(sandbox.task_root())
            .env_clear()
            .envs(sandbox.environment(api.address(), &interpreter.ric))
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!(
                    "cannot run {}: give --python an interpreter",
                    interpreter.program.display()
                )
            })?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let shared = log.clone();
        // A thread, since a process that the function left behind may hold the pipe open for ever.
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                shared
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend_from_slice(&chunk[..length]);
            }
        });
        Ok(Self { child, log })
    }

    /// Sends an event, and waits for the answer, or for the end of the process.
    pub async fn invoke(&mut self, api: &RuntimeApi, invocation: Invocation) -> Outcome {
        tokio::select! {
            // An answer that was sent before the end of the process counts.
            biased;
            outcome = api.invoke(invocation) => outcome,
            status = self.child.wait() => {
                let ended = match status {
                    Ok(status) => match status.code() {
                        Some(code) => format!("exited with status {code}"),
                        None => format!("was ended by a signal ({status})"),
                    },
                    Err(error) => format!("cannot be watched ({error})"),
                };
                Outcome::error("Runtime.ExitError", &format!("the process {ended} before it answered"))
            }
        }
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// How many bytes the log has.
    pub fn log_length(&self) -> usize {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The log from a byte on.
    pub fn log_from(&self, start: usize) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        // The runtime client ends the lines of an error by a carriage return.
        String::from_utf8_lossy(&log[start.min(log.len())..])
            .replace("\r\n", "\n")
            .replace('\r', "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_version_that_is_missing_is_named_with_those_there_are() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["3.98", "3.99"] {
            fs::create_dir_all(folder.path().join(version).join("awslambdaric")).unwrap();
        }
        // Stands for an interpreter, as there need not be one where this runs.
        let error = Interpreter::find(Path::new("echo"), folder.path())
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("3.98, 3.99") && error.contains("--ric"), "{error}");
    }

    #[tokio::test]
    async fn an_interpreter_that_is_missing_is_named() {
        let error = Interpreter::find(Path::new("/no/python"), Path::new("/"))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("/no/python") && error.contains("--python"), "{error}");
    }
}
