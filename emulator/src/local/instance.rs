//! An execution environment of a function, and what is shown of it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::timeout;

use super::{
    console::{Console, Lines},
    revision::Revision,
};
use crate::{
    environment::ExecutionEnvironment,
    runtime_api::{Answer, Invocation},
};

/// How long Lambda lets a function initialise itself.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A process of a function.
pub(super) struct Instance {
    // Dropped, and so killed, before the revision that it runs.
    environment: ExecutionEnvironment,
    revision: Arc<Revision>,
    lines: Arc<Mutex<Lines>>,
    init: Option<Duration>,
}

impl Instance {
    /// Starts a process, and waits until it is initialised, fails to start, or takes longer than it may.
    pub async fn start(revision: Arc<Revision>, name: &str, console: Arc<Console>, limit: Duration) -> Result<Self> {
        let began = Instant::now();
        let lines = Lines::new(console, name);
        let observed = lines.clone();
        let observer = Box::new(move |written: &[u8]| Lines::push(&observed, written));
        let mut environment = ExecutionEnvironment::start_group(&revision.program, &revision.sandbox, observer).await?;
        // Lambda starts anew within the time of the invocation when this is over; the sum is about the same.
        timeout(INIT_LIMIT.max(limit), environment.ready()).await.ok();
        Ok(Self {
            environment,
            revision,
            lines,
            init: Some(began.elapsed()),
        })
    }

    /// Whether this runs the revision that is given, and still lives.
    pub fn is_good(&mut self, revision: &Arc<Revision>) -> bool {
        Arc::ptr_eq(&self.revision, revision) && self.environment.is_alive()
    }

    /// How long the start took, once.
    pub fn take_init(&mut self) -> Option<Duration> {
        self.init.take()
    }

    /// The most memory that the process has had, in MB.
    pub fn megabytes(&self) -> Option<u64> {
        self.environment.peak_megabytes()
    }

    /// Sends an event. Returns it if the process had ended before.
    pub async fn answer(&mut self, invocation: Invocation) -> Result<Answer, Box<Invocation>> {
        self.environment.answer(invocation).await
    }

    /// Waits until the process is through with an event that it has answered. Otherwise says what was waited for.
    pub async fn finish(&mut self, limit: Duration) -> Result<(), String> {
        self.environment.finish(limit).await
    }

    /// Takes what the process has written since the last time.
    pub fn take_log(&self) -> Vec<u8> {
        let log = self.environment.take_log();
        Lines::flush(&self.lines);
        log
    }

    /// Ends the process as Lambda does, and shows what it writes meanwhile.
    pub async fn end(mut self) {
        self.environment.end().await;
        self.take_log();
    }

    /// Stops the process until `thaw`.
    pub fn freeze(&self) {
        self.environment.freeze();
    }

    /// Lets the process go on.
    pub fn thaw(&self) {
        self.environment.thaw();
    }
}
