//! A Python interpreter, and [the runtime client](https://github.com/aws/aws-lambda-python-runtime-interface-client) for it.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{self, Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{TargetRunner, interpreter::interpreter, runner::command};

/// A Python interpreter, and the runtime client for its version.
#[derive(Clone, Debug)]
pub struct PythonClient {
    program: PathBuf,
    version: String,
    /// Never empty: the client's own comes first.
    folders: Vec<PathBuf>,
}

impl PythonClient {
    /// Asks an interpreter for its version, which must be the one that is given if any is, and finds the runtime client for it:
    /// in a folder of one for each version, or in the folders that it is imported from. A `runner` runs it where this machine can't.
    ///
    /// # Errors
    ///
    /// If the interpreter cannot be run, is of another version, or has no runtime client in the folders.
    pub fn find(
        program: &Path,
        rics: &[PathBuf],
        required: Option<&str>,
        runner: Option<&TargetRunner>,
    ) -> Result<Self> {
        let program = interpreter(program)?;
        let output = command(runner, &program, &program, &program)
            .args(["-I", "-c", "import sys; print(\"%d.%d\" % sys.version_info[:2])"])
            // A terminal's Ctrl-C is for who asks: the interpreter would show a traceback.
            .process_group(0)
            .output()
            .with_context(|| format!("cannot run {}: give a Python interpreter", program.display()))?;
        if !output.status.success() {
            let log = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{} does not tell its version ({}): give a Python interpreter\n{log}",
                program.display(),
                output.status
            );
        }
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if let Some(required) = required.filter(|&required| required != version) {
            bail!(
                "{} is Python {version}, and {required} is asked for: register a Python toolchain of that version, before those \
                 that tell none (rules_python's: `python.toolchain(python_version = \"{required}\")` in MODULE.bazel), or give \
                 another interpreter",
                program.display()
            );
        }
        let folders = folders(&program, &version, rics)?;
        Ok(Self {
            program,
            version,
            folders,
        })
    }

    /// The version, such as `3.13`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The interpreter's path, or its name in `PATH`.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The folder that holds the runtime client.
    pub fn folder(&self) -> &Path {
        &self.folders[0]
    }

    /// The folders that the runtime client is imported from, its own first.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }
}

/// The folders that the runtime client for an interpreter is imported from, its own first.
fn folders(program: &Path, version: &str, rics: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let holds_client = |folder: &PathBuf| folder.join("awslambdaric").is_dir();
    let mut folders = Vec::new();
    for ric in rics {
        let ric = path::absolute(ric).with_context(|| format!("cannot resolve {}", ric.display()))?;
        let of_version = ric.join(version);
        folders.push(if holds_client(&of_version) { of_version } else { ric });
    }
    let Some(own) = folders.iter().position(holds_client) else {
        let mut found = Vec::new();
        for ric in rics {
            found.push(format!("{}, which holds {}", ric.display(), versions(ric)?));
        }
        bail!(
            "there is no awslambdaric for Python {version}, which {} is, in {}. \
             Choose an interpreter of a version that there is, or add {version} to its folders",
            program.display(),
            found.join(", nor in ")
        );
    };
    folders[..=own].rotate_right(1);
    Ok(folders)
}

fn versions(rics: &Path) -> Result<String> {
    let mut names = Vec::new();
    let entries = fs::read_dir(rics)
        .with_context(|| format!("cannot list {}: give a folder of runtime clients", rics.display()))?;
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

    #[test]
    fn a_version_that_is_missing_is_named_with_those_there_are() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["3.98", "3.99"] {
            fs::create_dir_all(folder.path().join(version).join("awslambdaric")).unwrap();
        }
        // Stands for an interpreter, as there need not be one where this runs.
        let error = PythonClient::find(Path::new("echo"), &[folder.path().to_owned()], None, None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("3.98, 3.99") && error.contains("add"), "{error}");
    }

    #[test]
    fn the_clients_own_folder_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["simplejson", "client", "hooks"].map(|name| folder.path().join(name));
        let [needed, own, hooks] = &paths;
        fs::create_dir_all(own.join("awslambdaric")).unwrap();
        let found = super::folders(Path::new("python3"), "3.13", &paths).unwrap();
        assert_eq!(found, [own.clone(), needed.clone(), hooks.clone()]);
    }

    #[test]
    fn an_interpreter_of_another_version_is_named() {
        // Stands for an interpreter, as above.
        let error = PythonClient::find(Path::new("echo"), &[], Some("3.13"), None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("echo is Python") && error.contains("3.13 is asked for"),
            "{error}"
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_interpreter_is_asked_in_a_process_group_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("python");
        // Its "version" is its process's number and its group's.
        let script = "#!/bin/sh\nread -r number _ _ _ group _ < /proc/self/stat\necho \"$number $group\"\n";
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let error = PythonClient::find(&program, &[], Some("3.13"), None)
            .unwrap_err()
            .to_string();
        let version = error.split_once("is Python ").unwrap().1.split_once(',').unwrap().0;
        let (number, group) = version.split_once(' ').unwrap();
        assert_eq!(number, group, "{error}");
    }

    #[test]
    fn an_interpreter_that_is_missing_is_named() {
        let error = PythonClient::find(Path::new("/no/python"), &[], None, None)
            .unwrap_err()
            .to_string();
        assert!(error.contains("/no/python") && error.contains("interpreter"), "{error}");
    }
}
