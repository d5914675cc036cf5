//! Loads the zip anew when it changes.

use std::{
    io::{IsTerminal, stdin},
    os::unix::fs::MetadataExt,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use anyhow::Result;
use tokio::{sync::mpsc, time::sleep};

use super::{app::App, revision::Revision};

/// How often the zip is looked at. A change is taken for complete when it is seen twice.
const INTERVAL: Duration = Duration::from_millis(300);

/// What tells one build of the zip and its layers from another; `None` while one of them is just being built.
fn fingerprints(app: &App) -> Option<Vec<Fingerprint>> {
    let zips = std::iter::once(&app.args.zip).chain(&app.args.layers);
    zips.map(|zip| Fingerprint::of(zip)).collect()
}

/// What tells one build of a zip from another.
#[derive(Clone, Debug, PartialEq)]
struct Fingerprint {
    modified: SystemTime,
    inode: u64,
    length: u64,
}

impl Fingerprint {
    /// That of a zip, unless it is just being built.
    fn of(zip: &Path) -> Option<Self> {
        // A link is followed: Bazel's runfiles have one to the zip.
        let metadata = zip.metadata().ok()?;
        Some(Self {
            modified: metadata.modified().ok()?,
            inode: metadata.ino(),
            length: metadata.len(),
        })
    }
}

/// Looks at the zip for ever.
pub(super) async fn watch(app: Arc<App>) {
    let mut served = fingerprints(&app);
    let mut last = served.clone();
    let mut notices = ibazel_notices();
    loop {
        tokio::select! {
            () = sleep(INTERVAL) => {}
            Some(succeeded) = notices.recv() => {
                if !succeeded {
                    app.console.problem("the build failed; what was built before is still served");
                }
            }
        }
        let now = fingerprints(&app);
        if now.is_some() && now != served && now == last {
            match load(&app).await {
                Ok(()) => app.console.note("reloaded"),
                Err(error) => app
                    .console
                    .problem(&format!("{error:#}; what was built before is still served")),
            }
            served.clone_from(&now);
        }
        last = now;
    }
}

/// Loads all before anything is replaced, so that functions never differ in their build.
async fn load(app: &App) -> Result<()> {
    let mut loaded = Vec::new();
    for function in &app.functions {
        loaded.push((function, Revision::load(&app.args, function.handler())?));
    }
    for (function, revision) in loaded {
        function.replace(revision).await;
    }
    Ok(())
}

/// Whether each build of ibazel succeeded. It tells programs with the tag `ibazel_notify_changes` on their stdin, in place
/// of restarting them.
fn ibazel_notices() -> mpsc::UnboundedReceiver<bool> {
    let (sender, receiver) = mpsc::unbounded_channel();
    // A process in the background that reads from its terminal is stopped.
    if !stdin().is_terminal() {
        // A thread, as one that waits for input would keep tokio from ending.
        thread::spawn(move || {
            for line in stdin().lines().map_while(Result::ok) {
                if let Some(status) = line.strip_prefix("IBAZEL_BUILD_COMPLETED ")
                    && sender.send(status.trim() == "SUCCESS").is_err()
                {
                    break;
                }
            }
        });
    }
    receiver
}
