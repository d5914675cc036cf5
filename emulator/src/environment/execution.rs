//! The life of an execution environment.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use launcher::{Program, Sandbox, Signal};
use tokio::time::timeout;

use super::{
    layer_extensions::LayerExtensions,
    log::{Log, Observer},
    process::Process,
};
use crate::runtime_api::{Answer, Invocation, Outcome, RuntimeApi, exit};

/// How long a process may take to shut down that has an extension of its own, from SIGTERM to SIGKILL. Lambda gives none to
/// a function without extensions.
const SHUTDOWN_TIME: Duration = Duration::from_millis(500);

/// The same, of one that has extensions of layers beside it, which are given the rest of two seconds.
const SHUTDOWN_TIME_BESIDE_EXTENSIONS: Duration = Duration::from_millis(300);

/// A function's process, those of its layers' extensions, and the server that they ask for events. The processes are killed when this is
/// dropped.
pub(crate) struct ExecutionEnvironment {
    // Dropped, and so killed, before the server that it asks.
    process: Process,
    extensions: LayerExtensions,
    log: Log,
    api: RuntimeApi,
    /// Whether it has been through with an event, and waited for another one.
    has_served: bool,
    /// Whether it was stopped, and not let go on yet.
    is_frozen: AtomicBool,
}

impl ExecutionEnvironment {
    /// Starts a program on an unpacked zip, once the extensions of its layers have registered.
    pub async fn start(program: &Program, sandbox: &Sandbox) -> Result<Self> {
        Self::start_with(program, sandbox, false, None).await
    }

    /// Starts a program in a process group of its own, which can be frozen, and has its log observed.
    pub async fn start_group(program: &Program, sandbox: &Sandbox, observer: Observer) -> Result<Self> {
        Self::start_with(program, sandbox, true, Some(observer)).await
    }

    async fn start_with(
        program: &Program,
        sandbox: &Sandbox,
        leads_group: bool,
        observer: Option<Observer>,
    ) -> Result<Self> {
        let api = RuntimeApi::start(sandbox.handler()).await?;
        let (log, writer) = Log::new(observer)?;
        let extensions = match LayerExtensions::start(sandbox, &api, &writer).await {
            Ok(extensions) => extensions,
            Err(error) => {
                log.pause().await;
                let written = String::from_utf8_lossy(&log.from(0)).into_owned();
                return Err(error.context(format!("the layers' extensions did not start; they wrote: {written:?}")));
            }
        };
        let command = program.command(sandbox, api.address())?;
        let process =
            Process::spawn(command, writer.output()?, leads_group).with_context(|| program.start_failure())?;
        Ok(Self {
            process,
            extensions,
            log,
            api,
            has_served: false,
            is_frozen: AtomicBool::new(false),
        })
    }

    /// Waits until the process is initialised, reports that it cannot start, or ends.
    pub async fn ready(&mut self) {
        tokio::select! {
            () = self.api.initialized() => {}
            _ = self.process.wait() => {}
        }
    }

    /// Sends an event, and waits for the answer, or for the end of the process. Returns the event if the process had ended
    /// before, between two events: it is another process's then.
    pub async fn answer(&mut self, invocation: Invocation) -> Result<Answer, Box<Invocation>> {
        let id = invocation.request_id.clone();
        let status = tokio::select! {
            // An answer that was sent before the end of the process counts.
            biased;
            answer = self.api.answer(invocation) => return Ok(answer),
            status = self.process.wait() => status,
            reason = self.extensions.ended() => {
                // Lambda ends the environment.
                self.process.kill().await;
                let message = format!("RequestId: {id} Error: {reason}");
                return Ok(Answer { outcome: Outcome::error("Extension.Crash", &message), left: Duration::ZERO });
            }
        };
        if let Some(invocation) = self.api.take_back().filter(|_| self.has_served) {
            return Err(Box::new(invocation));
        }
        let message = exit::message(&id, &status);
        let outcome = if self.api.has_client() {
            Outcome::exit(&message)
        } else {
            Outcome::init_exit(&message)
        };
        let left = Duration::ZERO;
        Ok(Answer { outcome, left })
    }

    /// Waits, after an answer, until the process is through with the event: until all that runs in it and beside it asks for another one,
    /// or one of them ends. Otherwise says what was waited for.
    pub async fn finish(&mut self, limit: Duration) -> Result<(), String> {
        let finished = tokio::select! {
            finished = self.api.finished(limit) => finished,
            // The next event has another process.
            _ = self.process.wait() => return Ok(()),
            _ = self.extensions.ended() => return Ok(()),
        };
        self.has_served = finished.is_ok();
        finished
    }

    /// Ends the process as Lambda does: with SIGTERM and time to shut down if an extension is registered, and with SIGKILL.
    /// Waits until it is gone.
    pub async fn end(&mut self) {
        let reason = if self.is_alive() { "spindown" } else { "failure" };
        if self.api.has_extensions() {
            self.thaw();
            self.process.terminate();
            let time = if self.extensions.is_empty() {
                SHUTDOWN_TIME
            } else {
                SHUTDOWN_TIME_BESIDE_EXTENSIONS
            };
            timeout(time, self.process.wait()).await.ok();
        }
        self.process.kill().await;
        self.extensions.end(&self.api, reason).await;
    }

    /// Whether the process still runs, and each of the layers' extensions.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None)) && self.extensions.are_alive()
    }

    /// Waits until the log is silent, and returns it from a byte on.
    pub async fn log_from(&self, start: usize) -> Vec<u8> {
        self.log.settle().await;
        self.log.from(start)
    }

    /// Takes the log, with all that the function has written up to now.
    pub fn take_log(&self) -> Vec<u8> {
        self.log.take()
    }

    /// Stops all threads of the process and of its children, as Lambda does between invocations.
    pub fn freeze(&self) {
        self.is_frozen.store(true, Ordering::Relaxed);
        self.process.signal_group(Signal::STOP);
        self.extensions.signal(Signal::STOP);
    }

    /// Lets a frozen process go on. One that is not sees no signal, which a debugger would stop at.
    pub fn thaw(&self) {
        if !self.is_frozen.swap(false, Ordering::Relaxed) {
            return;
        }
        self.process.signal_group(Signal::CONT);
        self.extensions.signal(Signal::CONT);
    }

    /// The most memory that the process has had at a time, in MB, as far as the system tells.
    pub fn peak_megabytes(&self) -> Option<u64> {
        self.process.peak_megabytes()
    }
}
