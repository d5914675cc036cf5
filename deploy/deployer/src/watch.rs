//! `sync --watch`: the functions' code follows the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::json;

use crate::{
    cli::{Cli, SyncArgs},
    clients::Clients,
    failure::{Failure, INTERRUPTED, REFUSED},
    package::Package,
    report::{self, progress},
    sync,
};

/// How often files are looked at. What has changed is taken once it has rested for as long.
const POLL: Duration = Duration::from_millis(300);

/// Updates the functions' code now, and whenever it changes, until it is interrupted.
pub(crate) async fn watch(cli: &Cli, clients: &Clients, package: Package, args: &SyncArgs) -> Result<(), Failure> {
    let interrupted = async {
        // Without a handler, the process just ends.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        result = follow(cli, clients, package, args) => result,
        () = interrupted => Err(Failure::with_code("interrupted: what was updated stays", INTERRUPTED)),
    }
}

async fn follow(cli: &Cli, clients: &Clients, package: Package, args: &SyncArgs) -> Result<(), Failure> {
    let label = package.metadata.label.clone();
    let outputs = Outputs::of(cli)?;
    // Before the first update, so that no edit is missed.
    let builder = Builder::find(&label, args);
    let mut sources = builder
        .as_ref()
        .map(|builder| builder.sources(Stdio::inherit()))
        .unwrap_or_default();
    let mut seen = state(if sources.is_empty() { &outputs.all } else { &sources });
    say(cli, sync::sync_once(cli, clients, &package).await?);
    match (&builder, sources.is_empty()) {
        (Some(_), false) => progress(&format!("watching {} sources of {label}; Ctrl-C ends", sources.len())),
        _ => progress(&format!(
            "watching the zip and the template: build {label} in another terminal (`bazel build {label}`, ibazel); Ctrl-C ends"
        )),
    }
    let mut built = state(&outputs.all);
    loop {
        seen = match sources.is_empty() {
            true => changed(&outputs.all, &seen, Missing::IsTransient).await,
            false => changed(&sources, &seen, Missing::IsChange).await,
        };
        if let Some(builder) = builder.as_ref().filter(|_| !sources.is_empty()) {
            let is_built = builder.build();
            // An edit may bring sources, and the mistake may be in them; what was changed during the build is built next.
            let mut now = builder.sources(match is_built {
                true => Stdio::inherit(),
                // It has been said.
                false => Stdio::null(),
            });
            if !is_built {
                // What is missing may come back.
                now.extend(sources.iter().cloned());
            }
            if !now.is_empty() && now != sources {
                seen = state(&now).since(&seen);
                sources = now;
            }
            if !is_built {
                progress("the build failed: waiting for the next edit");
                continue;
            }
            let now = state(&outputs.all);
            if now == built {
                progress(&format!(
                    "the build left {} as it was. If it should not have: the options that `bazel run` had go into `--bazel-option`",
                    outputs.zip.display()
                ));
                continue;
            }
        }
        // Before it is read. What fails is tried again after the next build, whatever that makes.
        let now = state(&outputs.all);
        match update(cli, clients, &outputs).await {
            Ok(is_changed) => {
                built = now;
                say(cli, is_changed);
            }
            // Of no use without them.
            Err(failure) if failure.exit_code == REFUSED => return Err(failure),
            Err(failure) => progress(&format!("error: {}\nwaiting for the next change", failure.message)),
        }
    }
}

async fn update(cli: &Cli, clients: &Clients, outputs: &Outputs) -> Result<bool, Failure> {
    let package = Package::read(&outputs.template, &outputs.zip, &outputs.layers)?;
    package.check_names(&cli.stack)?;
    sync::sync_once(cli, clients, &package).await
}

fn say(cli: &Cli, is_changed: bool) {
    match cli.json {
        true => report::line(&json!({"changed": is_changed}).to_string()),
        false => report::line(sync::said(is_changed)),
    }
}

/// What a build makes anew.
struct Outputs {
    template: PathBuf,
    zip: PathBuf,
    layers: Vec<PathBuf>,
    all: BTreeSet<PathBuf>,
}

impl Outputs {
    /// Those that the target gives. A build may make the links to them anew, and the folder that they are in.
    fn of(cli: &Cli) -> Result<Self, Failure> {
        let real = |path: &PathBuf| {
            fs::canonicalize(path).map_err(|error| Failure::new(format!("{} can't be read: {error}", path.display())))
        };
        let (template, zip) = (real(&cli.template)?, real(&cli.zip)?);
        let layers = cli.layers.iter().map(real).collect::<Result<Vec<_>, _>>()?;
        let all = [&template, &zip].into_iter().chain(&layers).cloned().collect();
        Ok(Self {
            template,
            zip,
            layers,
            all,
        })
    }
}

/// What tells whether files have changed.
#[derive(Debug, PartialEq)]
struct State(BTreeMap<PathBuf, Option<(SystemTime, u64)>>);

impl State {
    /// Of files that were looked at before, what was seen then.
    fn since(mut self, before: &Self) -> Self {
        for (path, stamp) in &mut self.0 {
            if let Some(seen) = before.0.get(path) {
                *stamp = *seen;
            }
        }
        self
    }

    /// Whether files are missing that were there before.
    fn lacks(&self, before: &Self) -> bool {
        let is_missing = |path| self.0.get(path).is_none_or(Option::is_none);
        before.0.iter().any(|(path, seen)| seen.is_some() && is_missing(path))
    }
}

/// What it means that a file is not there, and stays away.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    /// Somebody deleted it, or gave it another name.
    IsChange,
    /// A build is making it anew.
    IsTransient,
}

fn state(files: &BTreeSet<PathBuf>) -> State {
    let stamp = |path: &PathBuf| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    State(files.iter().map(|path| (path.clone(), stamp(path))).collect())
}

/// Waits until files have changed, and come to rest.
async fn changed(files: &BTreeSet<PathBuf>, seen: &State, missing: Missing) -> State {
    let mut last = state(files);
    loop {
        tokio::time::sleep(POLL).await;
        let now = state(files);
        if now == last && now != *seen && (missing == Missing::IsChange || !now.lacks(seen)) {
            return now;
        }
        last = now;
    }
}

/// Bazel, in the workspace that the target is run from.
struct Builder<'a> {
    bazel: PathBuf,
    workspace: PathBuf,
    label: &'a str,
    options: &'a [String],
}

impl<'a> Builder<'a> {
    /// `None` where Bazel can't be called.
    fn find(label: &'a str, args: &'a SyncArgs) -> Option<Self> {
        let workspace = PathBuf::from(std::env::var_os("BUILD_WORKSPACE_DIRECTORY")?);
        let bazel = bazel(
            &workspace,
            std::env::var_os("BAZEL").as_deref(),
            std::env::var_os("PATH").as_deref(),
        )?;
        Some(Self {
            bazel,
            workspace,
            label,
            options: &args.bazel_options,
        })
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.bazel);
        command
            .current_dir(&self.workspace)
            .arg(verb)
            .args(self.options)
            .stdin(Stdio::null());
        command
    }

    /// Builds the target; tells whether that went well. What went wrong, Bazel says.
    fn build(&self) -> bool {
        let mut command = self.command("build");
        command
            .args(["--noshow_progress", "--ui_event_filters=-info", "--show_result=0", "--"])
            .arg(self.label);
        match command.stdout(io::stderr()).status() {
            Ok(status) => status.success(),
            Err(error) => {
                progress(&format!("{} can't be started: {error}", self.bazel.display()));
                false
            }
        }
    }

    /// The files of the workspace that the target is made of, with the BUILD files that say so; none if Bazel does not tell.
    fn sources(&self, stderr: Stdio) -> BTreeSet<PathBuf> {
        let mut command = self.command("cquery");
        command.args(["--noshow_progress", "--ui_event_filters=-info", "--output=label", "--"]);
        command.arg(format!("kind(\"source file\", deps({}))", self.label));
        match command.stderr(stderr).output() {
            Ok(output) if output.status.success() => {
                files(&String::from_utf8_lossy(&output.stdout), &self.workspace, self.label)
            }
            _ => BTreeSet::new(),
        }
    }
}

/// Finds Bazel as a user's shell would; else as a workspace brings it.
fn bazel(workspace: &Path, named: Option<&OsStr>, path: Option<&OsStr>) -> Option<PathBuf> {
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        return Some(PathBuf::from(named));
    }
    let folders: Vec<_> = path
        .map(|path| std::env::split_paths(path).collect())
        .unwrap_or_default();
    ["bazel", "bazelisk"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .chain([workspace.join("tools/bazel")])
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
        files.extend(
            ["BUILD.bazel", "BUILD"]
                .map(|name| folder.join(name))
                .into_iter()
                .filter(|file| file.is_file()),
        );
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("deployer-watch-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn sources_are_those_of_the_workspace_alone() {
        let workspace = folder("sources");
        fs::create_dir_all(workspace.join("app")).unwrap();
        fs::write(workspace.join("app/BUILD.bazel"), "").unwrap();
        let labels =
            "//app:src/main.rs (null)\n@@//lib:lib.rs (null)\n@@crates//serde:lib.rs (null)\n@crates//:a.rs (null)\n";
        let found = files(labels, &workspace, "//app:deploy");
        fs::remove_dir_all(&workspace).unwrap();
        let expected = ["app/BUILD.bazel", "app/src/main.rs", "lib/lib.rs"].map(|name| workspace.join(name));
        assert_eq!(found, expected.into());
    }

    #[test]
    fn bazel_is_the_one_that_is_named_or_found_or_brought() {
        let workspace = folder("bazel");
        fs::create_dir_all(workspace.join("tools")).unwrap();
        assert_eq!(bazel(&workspace, None, Some(workspace.as_os_str())), None);
        fs::write(workspace.join("tools/bazel"), "").unwrap();
        let found = |named: Option<&str>| bazel(&workspace, named.map(OsStr::new), Some(workspace.as_os_str()));
        assert_eq!(found(None).unwrap(), workspace.join("tools/bazel"));
        fs::write(workspace.join("bazelisk"), "").unwrap();
        assert_eq!(found(None).unwrap(), workspace.join("bazelisk"));
        assert_eq!(found(Some("/opt/bazel")).unwrap(), Path::new("/opt/bazel"));
        fs::remove_dir_all(&workspace).unwrap();
    }

    #[tokio::test]
    async fn a_change_is_taken_once_the_file_is_back_and_at_rest() {
        let folder = folder("rest");
        let files = BTreeSet::from([folder.join("zip")]);
        fs::write(folder.join("zip"), "one").unwrap();
        let seen = state(&files);
        fs::remove_file(folder.join("zip")).unwrap();
        let waited = tokio::time::timeout(3 * POLL, changed(&files, &seen, Missing::IsTransient)).await;
        assert!(waited.is_err(), "taken while it is not there");
        fs::write(folder.join("zip"), "another").unwrap();
        let now = changed(&files, &seen, Missing::IsTransient).await;
        fs::remove_dir_all(&folder).unwrap();
        assert!(now != seen);
    }

    #[tokio::test]
    async fn a_source_that_is_gone_for_good_is_a_change_once() {
        let folder = folder("gone");
        let files = BTreeSet::from(["a.rs", "b.rs"].map(|name| folder.join(name)));
        for file in &files {
            fs::write(file, "").unwrap();
        }
        let seen = state(&files);
        fs::remove_file(folder.join("b.rs")).unwrap();
        let now = tokio::time::timeout(10 * POLL, changed(&files, &seen, Missing::IsChange)).await;
        let now = now.expect("it was not taken");
        let again = tokio::time::timeout(3 * POLL, changed(&files, &now, Missing::IsChange)).await;
        fs::remove_dir_all(&folder).unwrap();
        assert!(again.is_err(), "it was taken twice");
    }

    #[test]
    fn an_edit_during_a_build_that_brings_sources_is_no_part_of_it() {
        let folder = folder("during");
        let (old, new) = (folder.join("old.rs"), folder.join("new.rs"));
        fs::write(&old, "").unwrap();
        let seen = state(&BTreeSet::from([old.clone()]));
        fs::write(&old, "edited").unwrap();
        fs::write(&new, "").unwrap();
        let both = BTreeSet::from([old, new]);
        let after = state(&both).since(&seen);
        let is_pending = after != state(&both);
        fs::remove_dir_all(&folder).unwrap();
        assert!(is_pending && after.0.values().all(Option::is_some));
    }
}
