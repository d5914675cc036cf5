//! The extensions that layers bring, as files.

use std::{fs, io, net::SocketAddr, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{Sandbox, runner, variables};

/// The folder of the layers whose files Lambda starts beside a function.
const FOLDER: &str = "extensions";

/// An extension that a layer brings: a program that Lambda starts before the function's.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Extension {
    /// Its file's name, by which it registers.
    pub name: String,
    /// Where the function's processes find it.
    pub(crate) path: PathBuf,
}

impl Extension {
    /// Those of a function's layers, by their names.
    ///
    /// # Errors
    ///
    /// If the layers' folder cannot be listed.
    pub fn all(sandbox: &Sandbox) -> Result<Vec<Self>> {
        let Some(layers) = sandbox.layers() else {
            return Ok(Vec::new());
        };
        let folder = layers.folder().join(FOLDER);
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
        };
        let mut extensions = Vec::new();
        for entry in entries {
            let path = entry
                .with_context(|| format!("cannot list {}", folder.display()))?
                .path();
            let Some(name) = path
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|_| path.is_file())
            else {
                continue;
            };
            extensions.push(Self {
                name: name.to_owned(),
                path: layers.seen().join(FOLDER).join(name),
            });
        }
        extensions.sort();
        Ok(extensions)
    }

    /// The command that starts it beside a function, for a server of the Extensions API.
    ///
    /// # Errors
    ///
    /// If its process cannot be shown what layers bring.
    pub fn command(&self, sandbox: &Sandbox, api: SocketAddr) -> Result<Command> {
        let file = sandbox
            .layers()
            .map(|layers| layers.folder().join(FOLDER).join(&self.name));
        let file = file.as_ref().unwrap_or(&self.path);
        let mut command = runner::command(sandbox.runner(), &self.path, &self.path, file);
        command
            .current_dir("/")
            .env_clear()
            .envs(variables::of_extension(sandbox, api));
        if let Some(layers) = sandbox.layers() {
            layers
                .apply(&mut command)
                .context("cannot show a process what layers bring")?;
        }
        Ok(command)
    }
}
