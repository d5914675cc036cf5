//! The Python interpreter, and Lambda's client for it as the managed runtime has it: compiled.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use launcher::PythonClient;
use tempfile::TempDir;

use crate::command::output;

/// A Python interpreter, and the runtime client for it.
pub struct Python {
    /// The interpreter itself, not a script that chooses one, and the client, compiled.
    pub client: PythonClient,
    /// The interpreter's version in full.
    pub full_version: String,
    /// The version of the client.
    pub client_version: String,
    /// The folder of the standard library.
    pub standard_library: PathBuf,
    _folder: TempDir,
}

impl Python {
    /// Takes an interpreter, and compiles a copy of the client that a folder holds for its version.
    ///
    /// # Errors
    ///
    /// If the interpreter cannot be run, or there is no client for its version.
    pub fn find(program: &Path, clients: &Path) -> Result<Self> {
        let code = "import sys; print(sys.version.split()[0], sys.executable)";
        let printed = output(Command::new(program).args(["-I", "-c", code]))
            .with_context(|| format!("cannot run {}: give --python an interpreter", program.display()))?;
        let (full_version, executable) = printed.trim().split_once(' ').with_context(|| {
            format!(
                "{} does not print its version: give --python an interpreter",
                program.display()
            )
        })?;
        let executable = Path::new(executable);
        let found = PythonClient::find(executable, &[clients.to_owned()], None, None)
            .context("--python and --ric do not fit each other")?;
        let folder = TempDir::new().context("cannot make a temporary folder: see that TMPDIR can be written to")?;
        copy(found.folder(), folder.path())?;
        // Else each start would compile the client anew, which the managed runtime does not.
        output(
            Command::new(executable)
                .args(["-I", "-m", "compileall", "-q"])
                .arg(folder.path()),
        )
        .context("cannot compile the runtime client")?;
        let standard_library = output(Command::new(executable).args([
            "-I",
            "-c",
            "import sysconfig; print(sysconfig.get_path('stdlib'))",
        ]))
        .context("cannot ask the interpreter for its standard library")?;
        let client_version = output(
            Command::new(executable)
                .args(["-c", "import awslambdaric; print(awslambdaric.__version__)"])
                .env("PYTHONPATH", folder.path()),
        )
        .context("cannot import the runtime client")?;
        Ok(Self {
            client: PythonClient::find(executable, &[folder.path().to_owned()], None, None)?,
            full_version: full_version.to_owned(),
            client_version: client_version.trim().to_owned(),
            standard_library: standard_library.trim().into(),
            _folder: folder,
        })
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", from.display()))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}
