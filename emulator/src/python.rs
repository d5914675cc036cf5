//! A Python interpreter, and the runtime client for it.

use std::{
    fs,
    path::{self, Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

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
            .with_context(|| format!("cannot run {}: give --interpreter one", program.display()))?;
        if !output.status.success() {
            let log = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{} does not tell its version ({}): give --interpreter one\n{log}",
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

    /// The interpreter's path, or its name in `PATH`.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The folder of the runtime client.
    pub(crate) fn client(&self) -> &Path {
        &self.ric
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
        assert!(
            error.contains("/no/python") && error.contains("--interpreter"),
            "{error}"
        );
    }
}
