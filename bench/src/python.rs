//! The Python interpreter, and Lambda's client for it as the managed runtime has it: compiled.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{bail, Context, Result};
use tempfile::TempDir;

use crate::command::output;

/// A Python interpreter, and the runtime client for it.
pub struct Python {
    /// The interpreter itself, not a script that chooses one.
    pub program: PathBuf,
    /// The version, such as `3.13`.
    pub version: String,
    /// The version in full.
    pub full_version: String,
    /// The version of the client.
    pub client_version: String,
    folder: TempDir,
}

impl Python {
    /// Takes an interpreter, and compiles a copy of the client that a folder holds for its version.
    pub fn find(program: &Path, clients: &Path) -> Result<Self> {
        let code = "import sys; print('%d.%d' % sys.version_info[:2], sys.version.split()[0], sys.executable)";
        let told = output(Command::new(program).args(["-I", "-c", code]))
            .with_context(|| format!("cannot run {}: give --python an interpreter", program.display()))?;
        let mut told = told.trim().splitn(3, ' ');
        let (Some(version), Some(full_version), Some(program)) = (told.next(), told.next(), told.next()) else {
            bail!(
                "{} does not tell its version: give --python an interpreter",
                program.display()
            );
        };
        let client = clients.join(version);
        if !client.join("awslambdaric").is_dir() {
            bail!(
                "{} holds no awslambdaric for Python {version}: install it there, or choose another --python",
                clients.display()
            );
        }
        let folder = TempDir::new().context("cannot make a temporary folder: see that TMPDIR can be written to")?;
        copy(&client, folder.path())?;
        // Else each start would compile the client anew, which the managed runtime does not.
        output(
            Command::new(program)
                .args(["-I", "-m", "compileall", "-q"])
                .arg(folder.path()),
        )
        .context("cannot compile the runtime client")?;
        let client_version = output(
            Command::new(program)
                .args(["-c", "import awslambdaric; print(awslambdaric.__version__)"])
                .env("PYTHONPATH", folder.path()),
        )
        .context("cannot import the runtime client")?;
        Ok(Self {
            program: program.into(),
            version: version.to_owned(),
            full_version: full_version.to_owned(),
            client_version: client_version.trim().to_owned(),
            folder,
        })
    }

    /// The folder of the client.
    pub fn client(&self) -> &Path {
        self.folder.path()
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
