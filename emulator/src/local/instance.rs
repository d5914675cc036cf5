//! A process of a function, and the Runtime API that it asks for events.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::timeout;

use super::{
    console::{Console, Lines},
    function::Code,
};
use crate::{FunctionProcess, Invocation, RuntimeApi, runtime_api::Answer};

/// How long Lambda lets a function initialise itself.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A process of a function.
pub(super) struct Instance {
    // Dropped, and so killed, before the code that it runs.
    process: FunctionProcess,
    api: RuntimeApi,
    code: Arc<Code>,
    lines: Arc<Mutex<Lines>>,
    init: Option<Duration>,
}

impl Instance {
    /// Starts a process, and waits until it is initialised, fails to start, or takes longer than it may.
    pub async fn start(code: Arc<Code>, name: &str, console: Arc<Console>, limit: Duration) -> Result<Self> {
        let began = Instant::now();
        let api = RuntimeApi::start(code.sandbox.handler()).await?;
        let lines = Lines::new(console, name);
        let observed = lines.clone();
        let observer = Box::new(move |written: &[u8]| Lines::push(&observed, written));
        let mut process = FunctionProcess::spawn_group(&code.program, &code.sandbox, &api, observer).await?;
        // Lambda starts anew within the time of the invocation when this is over; the sum is about the same.
        timeout(INIT_LIMIT.max(limit), process.ready(&api)).await.ok();
        Ok(Self {
            process,
            api,
            code,
            lines,
            init: Some(began.elapsed()),
        })
    }

    /// Whether this runs the code that is given, and still lives.
    pub fn is_good(&mut self, code: &Arc<Code>) -> bool {
        Arc::ptr_eq(&self.code, code) && self.process.is_alive()
    }

    /// How long the start took, once.
    pub fn take_init(&mut self) -> Option<Duration> {
        self.init.take()
    }

    /// The most memory that the process has had, in MB.
    pub fn megabytes(&self) -> Option<u64> {
        self.process.peak_megabytes()
    }

    /// Sends an event. Returns it if the process had ended before.
    pub async fn answer(&mut self, invocation: Invocation) -> Result<Answer, Box<Invocation>> {
        self.process.answer(&self.api, invocation).await
    }

    /// Waits until the process is through with an event that it has answered. Otherwise says what was waited for.
    pub async fn finish(&mut self, limit: Duration) -> Result<(), String> {
        self.process.finish(&self.api, limit).await
    }

    /// Takes what the process has written since the last time.
    pub fn take_log(&self) -> Vec<u8> {
        let log = self.process.take_log();
        Lines::flush(&self.lines);
        log
    }

    /// Ends the process as Lambda does, and shows what it writes meanwhile.
    pub async fn end(mut self) {
        self.process.end(&self.api).await;
        self.take_log();
    }

    /// Stops the process until `thaw`.
    pub fn freeze(&self) {
        self.process.freeze();
    }

    /// Lets the process go on.
    pub fn thaw(&self) {
        self.process.thaw();
    }
}
