//! Bazel: where it is, and what it is asked.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fmt, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{files::build_files, stop::Stop};

/// What became of a build.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It went well.
    Built,
    /// It did not: this says so; what went wrong, Bazel has said.
    Failed(String),
    /// It was ended by [`Stop`].
    Stopped,
}

/// Why Bazel can't be called, or its answer is of no use.
#[derive(Debug)]
pub enum Unavailable {
    /// Nobody has named the workspace, as `bazel run` does to what it starts.
    NotByBazelRun,
    /// There is no Bazel that a shell in this workspace would find.
    NoBazel(PathBuf),
    /// This executable does not start.
    NotStarted(PathBuf, io::Error),
    /// Bazel does not tell the target's sources. Why, it has said.
    NoSources(String),
    /// It was ended by [`Stop`].
    Stopped,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotByBazelRun => write!(
                formatter,
                "this was not started by `bazel run`, which names the workspace"
            ),
            Self::NoBazel(workspace) => write!(
                formatter,
                "there is no Bazel: BAZEL is not set, and there is neither bazel nor bazelisk on PATH, nor {}",
                workspace.join(BROUGHT).display()
            ),
            Self::NotStarted(bazel, error) => write!(formatter, "{} can't be started: {error}", bazel.display()),
            Self::NoSources(label) => write!(formatter, "Bazel does not tell the sources of {label}"),
            Self::Stopped => write!(formatter, "it was interrupted"),
        }
    }
}

/// Where a workspace may bring a Bazel of its own.
const BROUGHT: &str = "tools/bazel";

/// Bazel, in the workspace that the target is run from.
pub(crate) struct Builder {
    pub bazel: PathBuf,
    pub workspace: PathBuf,
    pub label: String,
    pub options: Vec<String>,
    pub stop: Stop,
}

impl Builder {
    /// The workspace is the one that `bazel run` names, and Bazel the one that a shell would find there.
    pub fn find(label: &str, options: &[String], stop: &Stop) -> Result<Self, Unavailable> {
        let workspace = env::var_os("BUILD_WORKSPACE_DIRECTORY").ok_or(Unavailable::NotByBazelRun)?;
        let workspace = PathBuf::from(workspace);
        let found = bazel(
            &workspace,
            env::var_os("BAZEL").as_deref(),
            env::var_os("PATH").as_deref(),
        );
        let Some(bazel) = found else {
            return Err(Unavailable::NoBazel(workspace));
        };
        Ok(Self {
            bazel,
            workspace,
            label: label.to_owned(),
            options: options.to_owned(),
            stop: stop.clone(),
        })
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.bazel);
        command.current_dir(&self.workspace).arg(verb).args(&self.options);
        command.args(["--noshow_progress", "--ui_event_filters=-info"]);
        command
    }

    /// Builds the target.
    pub fn build(&self) -> Outcome {
        let mut command = self.command("build");
        command.args(["--show_result=0", "--", &self.label]);
        match self.stop.run(command.stdout(io::stderr())) {
            Ok(Some((status, _))) if status.success() => Outcome::Built,
            Ok(Some(_)) => Outcome::Failed("the build failed".to_owned()),
            Ok(None) => Outcome::Stopped,
            Err(error) => Outcome::Failed(Unavailable::NotStarted(self.bazel.clone(), error).to_string()),
        }
    }

    /// The files of the workspace that the target is made of, with the BUILD files that say so.
    pub fn sources(&self, stderr: Stdio) -> Result<BTreeSet<PathBuf>, Unavailable> {
        let mut command = self.command("cquery");
        let query = format!("kind(\"source file\", deps({}))", self.label);
        command.args(["--output=label", "--", &query]);
        let files = match self.stop.run(command.stdout(Stdio::piped()).stderr(stderr)) {
            Ok(Some((status, labels))) if status.success() => {
                files(&String::from_utf8_lossy(&labels), &self.workspace, &self.label)
            }
            Ok(Some(_)) => BTreeSet::new(),
            Ok(None) => return Err(Unavailable::Stopped),
            Err(error) => return Err(Unavailable::NotStarted(self.bazel.clone(), error)),
        };
        if files.is_empty() {
            return Err(Unavailable::NoSources(self.label.clone()));
        }
        Ok(files)
    }
}

/// Finds Bazel as a user's shell would; else as a workspace brings it.
fn bazel(workspace: &Path, named: Option<&OsStr>, path: Option<&OsStr>) -> Option<PathBuf> {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let folders: Vec<_> = path.map(|path| env::split_paths(path).collect()).unwrap_or_default();
    ["bazel", "bazelisk"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .chain([workspace.join(BROUGHT)])
        .find(|file| file.is_file())
}

/// The files that labels of a workspace name, as `cquery` prints them, and their packages' BUILD files.
fn files(labels: &str, workspace: &Path, target: &str) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for line in labels.lines().chain([target]) {
        // `//app:src/main.rs (null)`; those of other repositories have a name before the slashes.
        let label = line.split(" (").next().unwrap_or_default().trim_start_matches('@');
        let Some((package, name)) = label.strip_prefix("//").and_then(|label| label.split_once(':')) else {
            continue;
        };
        let folder = workspace.join(package);
        if line != target {
            files.insert(folder.join(name));
        }
        files.extend(build_files(&folder));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Folder;

    #[test]
    fn sources_are_those_of_the_workspace_alone() {
        let folder = Folder::new("sources");
        let workspace = folder.path();
        folder.write("app/BUILD.bazel", "");
        let labels =
            "//app:src/main.rs (null)\n@@//lib:lib.rs (null)\n@@crates//serde:lib.rs (null)\n@crates//:a.rs (null)\n";
        let found = files(labels, workspace, "//app:deploy");
        let expected = ["app/BUILD.bazel", "app/src/main.rs", "lib/lib.rs"].map(|name| workspace.join(name));
        assert_eq!(found, expected.into());
    }

    #[test]
    fn bazel_is_the_one_that_is_named_or_found_or_brought() {
        let folder = Folder::new("bazel");
        let workspace = folder.path();
        assert_eq!(bazel(workspace, None, Some(workspace.as_os_str())), None);
        let brought = folder.write("tools/bazel", "");
        let found = |named: Option<&str>| bazel(workspace, named.map(OsStr::new), Some(workspace.as_os_str()));
        assert_eq!(found(None).unwrap(), brought);
        let bazelisk = folder.write("bazelisk", "");
        assert_eq!(found(None).unwrap(), bazelisk);
        assert_eq!(found(Some("/opt/bazel")).unwrap(), Path::new("/opt/bazel"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let said = Unavailable::NoBazel("/shop".into()).to_string();
        assert!(
            said.contains("BAZEL is not set") && said.contains("/shop/tools/bazel"),
            "{said}"
        );
    }
}
