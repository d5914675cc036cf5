//! `--watch`: the target is built after each edit of its sources. What is built, `reload` takes.

use std::sync::Arc;

use bazel_watch::{Outcome, Stop, StopOnDrop, Unavailable, Watch};
use tokio::task::spawn_blocking;

use super::{app::App, reload};

/// Watches and builds until what is returned is dropped. A build that is under way then is interrupted, and waited for at the process's end.
pub(super) fn start(app: Arc<App>) -> StopOnDrop {
    let stop = Stop::default();
    let ends = StopOnDrop(stop.clone());
    spawn_blocking(move || follow(&app, &stop));
    ends
}

fn follow(app: &App, stop: &Stop) {
    let label = app.args.target.as_deref().unwrap_or_default();
    let note = |text: &str| app.console.note(text);
    let mut watch = match Watch::start(label, &app.args.bazel_options, stop) {
        Ok(watch) => watch,
        Err(Unavailable::Stopped) => return,
        Err(reason) => {
            return note(&format!(
                "{reason}; so the zip alone is watched: build {label} in another terminal (`bazel build {label}`, ibazel)"
            ));
        }
    };
    note(&format!("watching {} sources of {label}; Ctrl-C ends", watch.sources()));
    // What was edited while this was built, or started, is not waited for.
    build(app, &mut watch);
    while watch.wait() {
        note(&format!("building {label}"));
        let before = reload::fingerprints(&app.args);
        if build(app, &mut watch) && reload::fingerprints(&app.args) == before {
            note(
                "the build left the zip as it was: what lambda_local itself is given (`env`, `events`, `template`) takes a new start, and \
                 the options that `bazel run` had go into `--bazel-option`",
            );
        }
    }
}

/// Tells whether it went well. If it did not, it says so.
fn build(app: &App, watch: &mut Watch) -> bool {
    let outcome = watch.build();
    if let Outcome::Failed(reason) = &outcome {
        app.console
            .problem(&format!("{reason}; what was built before is still served"));
    }
    outcome == Outcome::Built
}
