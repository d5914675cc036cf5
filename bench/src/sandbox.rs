//! The folder and the environment that Lambda gives to a function.

use std::{
    fs::{self, File, Permissions},
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{ensure, Context, Result};
use tempfile::TempDir;
use zip::ZipArchive;

/// An unpacked zip. The folder goes when this is dropped.
pub struct Sandbox {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Sandbox {
    /// Unpacks a zip for a runtime, such as `python3.13`, whose client is in a folder; an OS-only runtime has none.
    pub fn new(zip: &Path, handler: &str, runtime: &str, client: Option<&Path>) -> Result<Self> {
        let folder = TempDir::new().context("cannot make a temporary folder: see that TMPDIR can be written to")?;
        let root = folder.path().to_string_lossy().into_owned();
        unpack(zip, folder.path())?;
        let client = client.map_or("/var/runtime".into(), Path::to_string_lossy);
        let mut variables = [
            ("LAMBDA_TASK_ROOT", &*root),
            ("LAMBDA_RUNTIME_DIR", &*client),
            ("_HANDLER", handler),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "2000/01/01/[$LATEST]0"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "bench"),
            ("AWS_SECRET_ACCESS_KEY", "bench"),
            ("AWS_SESSION_TOKEN", "bench"),
            ("TZ", ":UTC"),
            ("LANG", "en_US.UTF-8"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
        variables.push(("PATH", std::env::var("PATH").unwrap_or_default()));
        if !runtime.starts_with("provided") {
            variables.push(("AWS_EXECUTION_ENV", format!("AWS_Lambda_{runtime}")));
        }
        if runtime.starts_with("python") {
            variables.push(("PYTHONPATH", format!("{client}:{root}")));
            // On Lambda the function's folder is read-only, so that its sources are compiled at each start.
            variables.push(("PYTHONDONTWRITEBYTECODE", "1".to_owned()));
        }
        Ok(Self { folder, variables })
    }

    /// The folder that the zip was unpacked to.
    pub fn task_root(&self) -> &Path {
        self.folder.path()
    }

    /// The whole environment of the function's process.
    pub fn environment(&self, api: SocketAddr) -> Vec<(&'static str, String)> {
        let mut variables = self.variables.clone();
        variables.push(("AWS_LAMBDA_RUNTIME_API", api.to_string()));
        variables
    }
}

fn unpack(zip: &Path, root: &Path) -> Result<()> {
    let file = File::open(zip).with_context(|| format!("cannot open {}: give --package a zip", zip.display()))?;
    let mut archive =
        ZipArchive::new(file).with_context(|| format!("{} cannot be read as a zip: build it again", zip.display()))?;
    for index in 0..archive.len() {
        let mut entry = archive
            .by_index(index)
            .with_context(|| format!("entry {index} of {} cannot be read", zip.display()))?;
        let path: PathBuf = entry
            .enclosed_name()
            .map(|name| root.join(name))
            .with_context(|| format!("{} has an entry that leads out of it", zip.display()))?;
        ensure!(entry.is_file(), "{} has an entry that is no file", zip.display());
        let failed = || format!("cannot unpack {}", path.display());
        fs::create_dir_all(path.parent().unwrap_or(root)).with_context(failed)?;
        let mut file = File::create(&path).with_context(failed)?;
        io::copy(&mut entry, &mut file).with_context(failed)?;
        let mode = entry.unix_mode().unwrap_or(0o644) & 0o777;
        file.set_permissions(Permissions::from_mode(mode))
            .with_context(failed)?;
    }
    Ok(())
}
