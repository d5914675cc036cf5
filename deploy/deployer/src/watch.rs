//! `sync --watch`: the functions' code follows the sources.

use std::{fs, future::pending, path::PathBuf};

use bazel_watch::{Files, Missing, Outcome, Stop, StopOnDrop, Watch};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    cli::{Cli, SyncArgs},
    clients::Clients,
    failure::{Failure, INTERRUPTED, REFUSED},
    package::Package,
    report::{self, progress},
    sync,
};

/// Updates the functions' code now, and whenever it changes, until it is interrupted.
pub(crate) async fn watch(cli: &Cli, clients: &Clients, package: Package, args: &SyncArgs) -> Result<(), Failure> {
    // A build that is under way is interrupted, and waited for at the process's end.
    let stop = StopOnDrop(Stop::default());
    tokio::select! {
        result = follow(cli, clients, package, args, &stop.0) => result,
        () = interrupted() => Err(is_interrupted()),
    }
}

/// Waits for what ends the process: a build is in a group of its own, and would go on.
async fn interrupted() {
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            // Without a handler, the process just ends.
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

fn is_interrupted() -> Failure {
    Failure::with_code("interrupted: what was updated stays", INTERRUPTED)
}

async fn follow(cli: &Cli, clients: &Clients, package: Package, args: &SyncArgs, stop: &Stop) -> Result<(), Failure> {
    let label = package.metadata.label.clone();
    let outputs = Outputs::of(cli)?;
    // Before the first update, so that no edit is missed.
    let mut seen = outputs.all.state();
    let (of_target, options, until) = (label.clone(), args.bazel_options.clone(), stop.clone());
    let started = blocking(move || Watch::start(&of_target, &options, &until)).await?;
    say(cli, sync::sync_once(cli, clients, &package).await?);
    match &started {
        Ok(watch) => progress(&format!("watching {} sources of {label}; Ctrl-C ends", watch.sources())),
        Err(reason) => progress(&format!(
            "{reason}; so watching the zip and the template: build {label} in another terminal (`bazel build {label}`, ibazel); Ctrl-C ends"
        )),
    }
    let mut sources = started.ok();
    let mut built = outputs.all.state();
    loop {
        if let Some(mut watch) = sources {
            let (watch, outcome) = blocking(move || {
                let outcome = match watch.wait() {
                    true => watch.build(),
                    false => Outcome::Stopped,
                };
                (watch, outcome)
            })
            .await?;
            sources = Some(watch);
            match outcome {
                Outcome::Built => {}
                Outcome::Failed(reason) => {
                    progress(&format!("{reason}: waiting for the next edit"));
                    continue;
                }
                Outcome::Stopped => return Err(is_interrupted()),
            }
            if outputs.all.state() == built {
                progress(&format!(
                    "the build left {} as it was. If it should not have: the options that `bazel run` had go into `--bazel-option`",
                    outputs.zip.display()
                ));
                continue;
            }
        } else {
            let (all, until) = (outputs.all.clone(), stop.clone());
            let changed = blocking(move || all.wait(&seen, Missing::IsTransient, &until)).await?;
            seen = changed.ok_or_else(is_interrupted)?;
        }
        // Before it is read. What fails is tried again after the next build, whatever that makes.
        let now = outputs.all.state();
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

/// Does what blocks in a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(format!("the deployer itself failed: {error}")))
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
    all: Files,
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
            all: Files::new(all),
        })
    }
}
