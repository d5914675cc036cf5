//! Loads the zip anew when it changes.

use std::{
    io::{IsTerminal, stdin},
    os::unix::fs::MetadataExt,
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, anyhow};
use tokio::{
    sync::{Mutex, mpsc},
    time::sleep,
};

use super::{app::App, args::LocalArgs, function::end_all, revision::Revision};

/// How often the zip is looked at, beside before each request.
const INTERVAL: Duration = Duration::from_millis(300);

/// How often a zip that cannot be read is looked at, as it may just be being built.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// How long a zip may be unreadable before it is taken for broken.
const PATIENCE: Duration = Duration::from_secs(2);

/// The newest build that was looked at.
pub(super) struct Reload(Mutex<Option<Vec<Fingerprint>>>);

impl Reload {
    /// To be made before the build is loaded that is served first.
    pub fn new(args: &LocalArgs) -> Self {
        Self(Mutex::new(fingerprints(args)))
    }

    /// Has the newest build served: what is asked for after a build meets that build. One that cannot be read is reported, and the one
    /// before still served.
    pub async fn refresh(&self, app: &App) {
        let mut seen = self.0.lock().await;
        let mut now = fingerprints(&app.args);
        let mut since = Instant::now();
        while now != *seen {
            let loaded = match &now {
                Some(_) => load(app),
                None => Err(anyhow!("{} or a layer is gone: build it again", app.args.zip.display())),
            };
            let later = fingerprints(&app.args);
            if later != now {
                now = later;
                since = Instant::now();
                sleep(RETRY_INTERVAL).await;
                continue;
            }
            match loaded {
                Ok(revisions) => {
                    // Nothing is waited for meanwhile: no event finds one function new and another one old.
                    let replaced = app.functions.iter().zip(revisions);
                    let idle = replaced.flat_map(|(function, revision)| function.replace(revision));
                    end_all(idle.collect()).await;
                    app.console.note("reloaded");
                }
                Err(_) if since.elapsed() < PATIENCE => {
                    sleep(RETRY_INTERVAL).await;
                    continue;
                }
                Err(error) => app
                    .console
                    .problem(&format!("{error:#}; what was built before is still served")),
            }
            seen.clone_from(&now);
        }
    }
}

/// Loads all before anything is replaced, so that functions never differ in their build.
fn load(app: &App) -> Result<Vec<Revision>> {
    let functions = app.functions.iter();
    functions
        .map(|function| Revision::load(&app.args, function.handler()))
        .collect()
}

/// What tells one build of the zip and its layers from another; `None` while one of them is just being built.
pub(super) fn fingerprints(args: &LocalArgs) -> Option<Vec<Fingerprint>> {
    let zips = std::iter::once(&args.zip).chain(&args.layers);
    zips.map(|zip| Fingerprint::of(zip)).collect()
}

/// What tells one build of a zip from another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fingerprint {
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
        app.reload.refresh(&app).await;
    }
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
