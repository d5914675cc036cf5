//! The command line.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::{Args, Parser};
use serde::{de::DeserializeOwned, Serialize};

use crate::python::Python;

/// Measures ways to run Rust on Lambda beside one another, and writes benchmark.md, .json, .svg and .png.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    /// How many rounds of events there are; in each, every peer is sent events of all sizes.
    #[arg(long, default_value_t = 10, conflicts_with_all = ["soak", "cold"])]
    pub rounds: usize,
    /// How many times each peer is started for the cold start.
    #[arg(long, default_value_t = 21, conflicts_with = "soak")]
    pub starts: usize,
    /// Measures these peers alone.
    #[arg(long, value_name = "PEER", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Keeps every sample in the JSON, not only each round's summary.
    #[arg(long, conflicts_with_all = ["soak", "cold"])]
    pub samples: bool,
    /// Times builds as well, which takes some minutes; without it, those of the JSON that is there are kept.
    #[arg(long, conflicts_with_all = ["soak", "cold", "allocators"])]
    pub builds: bool,
    /// Measures instead what many events leave behind in a function's processes, and writes soak.md and .json.
    #[arg(long, conflicts_with = "cold")]
    pub soak: bool,
    /// How many events of mixed sizes each peer is sent by --soak, and a hundredth of that of 6 MB.
    #[arg(long, value_name = "N", default_value_t = 100_000, requires = "soak", value_parser = clap::value_parser!(u64).range(1000..))]
    pub events: u64,
    /// Measures instead cold starts with the share of a processor that small functions have, and writes cold_start.md and .json.
    #[arg(long)]
    pub cold: bool,
    /// Has --cold empty the whole page cache of this machine, for all who use it, not of the function's files alone; for root.
    #[arg(long, requires = "cold")]
    pub drop_caches: bool,
    /// Measures instead the program on several allocators, and writes allocators.md and .json.
    #[arg(long, conflicts_with_all = ["soak", "cold"])]
    pub allocators: bool,
    /// A peer's zip, or another whose size is told.
    #[arg(long = "package", value_name = "NAME=ZIP", value_parser = parse_pair)]
    pub packages: Vec<(String, String)>,
    /// A folder whose node_modules hold aws-lambda-ric; it is installed into the user's cache by default.
    #[arg(long, value_name = "DIR")]
    pub node_client: Option<PathBuf>,
    /// What the workloads' runner has as well.
    #[command(flatten)]
    pub common: Common,
}

/// What both runners have.
#[derive(Args)]
pub struct Common {
    /// Where to write to; `docs` in the workspace by default.
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Writes the tables and the plot anew from the JSON that is there, and measures nothing.
    #[arg(long)]
    pub render: bool,
    /// The Python interpreter.
    #[arg(long, default_value = "python3")]
    pub python: PathBuf,
    /// A folder with a folder for each version of Python, such as `3.13`, that holds awslambdaric.
    #[arg(long, value_name = "DIR", required_unless_present = "render")]
    pub ric: Option<PathBuf>,
    /// The version of something that a package was built with.
    #[arg(long = "built-with", value_name = "NAME=VERSION", value_parser = parse_pair)]
    pub built_with: Vec<(String, String)>,
    /// A file Cargo.lock that packages were built by, whose versions are told.
    #[arg(long = "lock", value_name = "FILE")]
    pub locks: Vec<PathBuf>,
}

impl Common {
    /// The folder to write to, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// If neither it nor a workspace is named, or it cannot be made.
    pub fn folder(&self) -> Result<PathBuf> {
        let folder = match &self.output {
            Some(output) => as_given(output),
            None => workspace()
                .context("there is no workspace to write to: run this by Bazel, or give --output")?
                .join("docs"),
        };
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// The interpreter, and Lambda's client for it.
    ///
    /// # Errors
    ///
    /// If either cannot be found.
    pub fn python(&self) -> Result<Python> {
        let ric = self.ric.as_deref().context("no client is given: give --ric")?;
        Python::find(&self.python, ric)
    }

    /// What is in a file, where nothing is to be measured, or what is measured, which is written there.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written, or the measuring fails.
    pub fn read_or<T: Serialize + DeserializeOwned>(
        &self,
        json: &Path,
        measure: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if self.render {
            return read(json);
        }
        let results = measure()?;
        let text = serde_json::to_string(&results).context("the results cannot be written as JSON")?;
        write(json, text.as_bytes())?;
        Ok(results)
    }

    /// The versions of what packages were built with, of some crates among them, and of the interpreter and its client.
    ///
    /// # Errors
    ///
    /// If a file Cargo.lock cannot be read.
    pub fn versions(&self, crates: &[&str], python: &Python) -> Result<BTreeMap<String, String>> {
        let mut versions: BTreeMap<_, _> = self.built_with.iter().cloned().collect();
        versions.insert("Python".to_owned(), python.full_version.clone());
        versions.insert("awslambdaric".to_owned(), python.client_version.clone());
        for lock in &self.locks {
            let text = fs::read_to_string(lock).with_context(|| format!("cannot read {}", lock.display()))?;
            for name in crates {
                let line = format!("name = \"{name}\"\nversion = \"");
                let version = text.split_once(&line).and_then(|(_, rest)| rest.split('"').next());
                if let Some(version) = version {
                    versions.entry((*name).to_owned()).or_insert_with(|| version.to_owned());
                }
            }
        }
        Ok(versions)
    }
}

/// The workspace that Bazel was started in.
pub fn workspace() -> Option<PathBuf> {
    env::var_os("BUILD_WORKSPACE_DIRECTORY").map(PathBuf::from)
}

/// A path that the user gave: Bazel starts this elsewhere than where the user is.
pub fn as_given(path: &Path) -> PathBuf {
    env::var_os("BUILD_WORKING_DIRECTORY").map_or(path.to_owned(), |from| Path::new(&from).join(path))
}

/// Writes a file.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Reads the results of a run before.
///
/// # Errors
///
/// If there are none, or they are of another version of this program.
pub fn read<T: DeserializeOwned>(json: &Path) -> Result<T> {
    let text = fs::read_to_string(json).with_context(|| format!("cannot read {}", json.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not of this version: measure anew", json.display()))
}

/// Takes `NAME=VALUE` apart.
///
/// # Errors
///
/// If it is none.
pub fn parse_pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Cli, String> {
        let all = ["bench", "--ric", "clients"].iter().chain(arguments);
        Cli::try_parse_from(all).map_err(|error| error.to_string())
    }

    #[test]
    fn what_excludes_each_other_is_said() {
        for (arguments, named) in [
            (["--soak", "--cold"], "'--cold'"),
            (["--soak", "--allocators"], "'--allocators'"),
            (["--soak", "--builds"], "'--builds'"),
            (["--cold", "--builds"], "'--builds'"),
            (["--cold", "--samples"], "'--samples'"),
            (["--soak", "--starts=3"], "'--starts"),
            (["--render", "--events=2000"], "--soak"),
            (["--render", "--drop-caches"], "--cold"),
            (["--soak", "--events=10"], "10"),
        ] {
            let error = parsed(&arguments).err().unwrap_or_default();
            assert!(error.contains(named), "{arguments:?}: {error}");
        }
    }

    #[test]
    fn a_soak_is_long_unless_it_is_said() {
        assert_eq!(parsed(&["--soak"]).unwrap().events, 100_000);
        assert_eq!(parsed(&["--soak", "--events=2000"]).unwrap().events, 2000);
        assert!(parsed(&["--cold", "--starts=3"]).is_ok() && parsed(&["--builds"]).is_ok());
    }
}
