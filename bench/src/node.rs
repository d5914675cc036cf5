//! Node.js, and Lambda's client for it, which is installed from npm.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use launcher::NodeClient;
use serde_json::Value;

use crate::{cache, command::output};

const INSTALL: &str = include_str!("../../rules/private/install_node_client.sh");

/// Node.js, and the runtime client for it.
pub struct Node {
    /// The interpreter and the client.
    pub client: NodeClient,
    /// The interpreter's version.
    pub version: String,
    /// The client's version.
    pub client_version: String,
    /// The folder that the client was installed to.
    pub folder: PathBuf,
}

impl Node {
    /// Takes the client in a folder, or installs it into the user's cache.
    ///
    /// # Errors
    ///
    /// If Node.js cannot be run, or the client cannot be found or installed.
    pub fn find(folder: Option<&Path>) -> Result<Self> {
        let printed = output(Command::new("node").args(["-p", "process.execPath + '\\n' + process.versions.node"]))
            .context("Node.js cannot be run")?;
        let (program, version) = printed
            .trim()
            .split_once('\n')
            .context("Node.js does not tell its version")?;
        let (folder, unusable) = match folder {
            Some(folder) => (folder.to_owned(), "--node-client is of no use".to_owned()),
            None => {
                let folder = installed(version)?;
                let unusable = format!("delete {}, so that it is filled anew", folder.display());
                (folder, unusable)
            }
        };
        let client = NodeClient::find(Path::new(program), &folder).context(unusable)?;
        let manifest = folder.join("node_modules/aws-lambda-ric/package.json");
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("cannot read {}: install aws-lambda-ric anew", manifest.display()))?;
        let manifest: Value = serde_json::from_str(&text).context("aws-lambda-ric's package.json cannot be read")?;
        Ok(Self {
            client,
            version: version.to_owned(),
            client_version: manifest["version"].as_str().unwrap_or("unknown").to_owned(),
            folder,
        })
    }
}

/// The folder in the cache, filled if it is not.
fn installed(node: &str) -> Result<PathBuf> {
    // The client's addon is compiled for one version of Node.js.
    let folder = cache::folder()?.join(format!("node-{node}"));
    let complete = folder.join(".complete");
    if complete.exists() {
        return Ok(folder);
    }
    eprintln!("installing aws-lambda-ric from npm into {} …", folder.display());
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let script = folder.join("install_node_client.sh");
    fs::write(&script, INSTALL).with_context(|| format!("cannot write {}", script.display()))?;
    output(Command::new("bash").arg(&script).arg(&folder)).context("aws-lambda-ric cannot be installed")?;
    fs::write(&complete, "").with_context(|| format!("cannot write {}", complete.display()))?;
    Ok(folder)
}
