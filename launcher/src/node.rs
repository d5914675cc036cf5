//! Node.js, and [the runtime client](https://github.com/aws/aws-lambda-nodejs-runtime-interface-client) for it.

use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::interpreter::interpreter;

/// Node.js, and the runtime client for it.
#[derive(Clone, Debug)]
pub struct NodeClient {
    program: PathBuf,
    folder: PathBuf,
}

impl NodeClient {
    /// Takes the client in a folder that npm installed it to.
    ///
    /// # Errors
    ///
    /// If the folder does not hold the client.
    pub fn find(program: &Path, folder: &Path) -> Result<Self> {
        let program = interpreter(program)?;
        let folder = path::absolute(folder).with_context(|| format!("cannot resolve {}", folder.display()))?;
        let found = Self { program, folder };
        if !found.script().is_file() {
            bail!(
                "{} holds no aws-lambda-ric: give a folder that npm installed it to, with its addon built",
                found.folder.display()
            );
        }
        Ok(found)
    }

    /// The interpreter's path, or its name in `PATH`.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// The folder of the runtime client.
    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// The client's script.
    pub(crate) fn script(&self) -> PathBuf {
        self.folder.join("node_modules/aws-lambda-ric/bin/index.mjs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_the_client_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = NodeClient::find(Path::new("node"), folder.path())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(&folder.path().display().to_string()) && error.contains("npm"),
            "{error}"
        );
    }
}
