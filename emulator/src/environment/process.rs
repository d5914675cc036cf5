//! A function's process, and what it writes.

use std::{
    io::{PipeReader, Read},
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, ioctl_fionread},
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid},
};
use tokio::{
    process::Child,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::{
    Invocation, Outcome, Program, RuntimeApi, Sandbox, exit, layer_extensions::LayerExtensions, runtime_api::Answer,
};

/// How long a process may take to shut down that has an extension of its own, from SIGTERM to SIGKILL. Lambda gives none to
/// a function without extensions.
const SHUTDOWN_TIME: Duration = Duration::from_millis(500);

/// The same, of one that has extensions of layers beside it, which are given the rest of two seconds.
const SHUTDOWN_TIME_BESIDE_EXTENSIONS: Duration = Duration::from_millis(300);

/// How often it is looked at meanwhile.
const SHUTDOWN_INTERVAL: Duration = Duration::from_millis(5);

/// How long the log must be silent to be taken for complete.
const LOG_DELAY: Duration = Duration::from_millis(50);

/// No time to wait.
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// How often that is waited for, as a function may write for ever.
const LOG_DELAYS: usize = 20;

/// What is called with each piece of the log as it comes.
pub(crate) type LogObserver = Box<dyn FnMut(&[u8]) + Send>;

/// A function's process, and those of its layers' extensions. They are killed when this is dropped.
pub struct FunctionProcess {
    child: Child,
    extensions: LayerExtensions,
    /// The process group of its own, if it has one.
    group: Option<Pid>,
    log: Arc<Mutex<Log>>,
    /// Whether it has been through with an event, and waited for another one.
    has_served: bool,
}

/// The log, and the pipe that more of it comes by.
struct Log {
    text: Vec<u8>,
    pipe: PipeReader,
    observer: Option<LogObserver>,
}

impl Log {
    /// Reads once. Nothing is read when the pipe is closed.
    fn read(&mut self) -> usize {
        let mut chunk = [0; 8192];
        let Ok(length) = self.pipe.read(&mut chunk) else {
            return 0;
        };
        self.text.extend_from_slice(&chunk[..length]);
        if let Some(observer) = &mut self.observer {
            observer(&chunk[..length]);
        }
        length
    }
}

impl FunctionProcess {
    /// Starts a program on an unpacked zip, once the extensions of its layers have registered.
    pub async fn spawn(program: &Program, sandbox: &Sandbox, api: &RuntimeApi) -> Result<Self> {
        Self::start(program, sandbox, api, false, None).await
    }

    /// Starts a program in a process group of its own, which can be frozen, and has its log observed.
    pub(crate) async fn spawn_group(
        program: &Program,
        sandbox: &Sandbox,
        api: &RuntimeApi,
        observer: LogObserver,
    ) -> Result<Self> {
        Self::start(program, sandbox, api, true, Some(observer)).await
    }

    async fn start(
        program: &Program,
        sandbox: &Sandbox,
        api: &RuntimeApi,
        grouped: bool,
        observer: Option<LogObserver>,
    ) -> Result<Self> {
        const NO_PIPE: &str = "cannot make a pipe for the function's log";
        // One pipe for both streams keeps their order.
        let (pipe, writer) = std::io::pipe().context(NO_PIPE)?;
        let readable = pipe.try_clone().context(NO_PIPE)?;
        let text = Vec::new();
        let log = Arc::new(Mutex::new(Log { text, pipe, observer }));
        let shared = log.clone();
        // A thread, since a process that the function left behind may hold the pipe open for ever.
        thread::spawn(move || {
            loop {
                match poll(&mut [PollFd::new(&readable, PollFlags::IN)], None) {
                    Ok(_) => {}
                    Err(Errno::INTR) => continue,
                    Err(_) => break,
                }
                let mut log = lock(&shared);
                // `drain` may have read it meanwhile.
                let is_ready = || poll(&mut [PollFd::new(&readable, PollFlags::IN)], Some(&NOW)) != Ok(0);
                if is_ready() && log.read() == 0 {
                    break;
                }
            }
        });
        let output = || -> Result<(Stdio, Stdio)> {
            let clone = || writer.try_clone().context(NO_PIPE);
            Ok((clone()?.into(), clone()?.into()))
        };
        let extensions = match LayerExtensions::start(sandbox, api, output).await {
            Ok(extensions) => extensions,
            Err(error) => {
                sleep(LOG_DELAY).await;
                let written = String::from_utf8_lossy(&lock(&log).text).into_owned();
                return Err(error.context(format!("the layers' extensions did not start; they wrote: {written:?}")));
            }
        };
        let mut command = program.command(sandbox, api)?;
        if grouped {
            command.process_group(0);
        }
        let (stdout, stderr) = output()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| program.start_failure())?;
        let group = child
            .id()
            .filter(|_| grouped)
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self {
            child,
            extensions,
            group,
            log,
            has_served: false,
        })
    }

    /// Sends an event, and waits for the answer, or for the end of the process. Returns the event if the process had ended
    /// before, between two events: it is another process's then.
    pub(crate) async fn answer(&mut self, api: &RuntimeApi, invocation: Invocation) -> Result<Answer, Box<Invocation>> {
        let id = invocation
            .request_id
            .clone()
            .unwrap_or_else(|| Uuid::new_v4().to_string());
        let invocation = Invocation {
            request_id: Some(id.clone()),
            ..invocation
        };
        let status = tokio::select! {
            // An answer that was sent before the end of the process counts.
            biased;
            answer = api.answer(invocation) => return Ok(answer),
            status = self.child.wait() => status,
            reason = self.extensions.ended() => {
                // Lambda ends the environment.
                self.child.kill().await.ok();
                let message = format!("RequestId: {id} Error: {reason}");
                return Ok(Answer { outcome: Outcome::error("Extension.Crash", &message), left: Duration::ZERO });
            }
        };
        if let Some(invocation) = api.take_back().filter(|_| self.has_served) {
            return Err(Box::new(invocation));
        }
        let message = exit::message(&id, &status);
        let outcome = if api.has_client() {
            Outcome::exit(&message)
        } else {
            Outcome::init_exit(&message)
        };
        let left = Duration::ZERO;
        Ok(Answer { outcome, left })
    }

    /// Waits, after an answer, until the process is through with the event: until all that runs in it and beside it asks for another one,
    /// or one of them ends. Otherwise says what was waited for.
    pub(crate) async fn finish(&mut self, api: &RuntimeApi, limit: Duration) -> Result<(), String> {
        let finished = tokio::select! {
            finished = api.finished(limit) => finished,
            // The next event has another process.
            _ = self.child.wait() => return Ok(()),
            _ = self.extensions.ended() => return Ok(()),
        };
        self.has_served = finished.is_ok();
        finished
    }

    /// Ends the process as Lambda does: with SIGTERM and time to shut down if an extension is registered, and with SIGKILL.
    /// Waits until it is gone.
    pub async fn end(&mut self, api: &RuntimeApi) {
        let reason = if self.is_alive() { "spindown" } else { "failure" };
        if api.has_extensions() {
            self.thaw();
            self.terminate();
            let time = if self.extensions.is_empty() {
                SHUTDOWN_TIME
            } else {
                SHUTDOWN_TIME_BESIDE_EXTENSIONS
            };
            timeout(time, self.ended()).await.ok();
        }
        self.signal(Signal::KILL);
        // It may have ended by itself.
        self.child.kill().await.ok();
        self.extensions.end(api, reason).await;
    }

    fn terminate(&self) {
        match self.group {
            Some(_) => self.signal(Signal::TERM),
            None => {
                if let Some(pid) = self.pid() {
                    // A process that has ended needs no signal.
                    kill_process(pid, Signal::TERM).ok();
                }
            }
        }
    }

    /// Waits until the process has ended, and leaves it to be waited for: until then, its group's number stays its own.
    async fn ended(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        while let Some(pid) = self.pid()
            && matches!(waitid(WaitId::Pid(pid), options), Ok(None) | Err(Errno::INTR))
        {
            sleep(SHUTDOWN_INTERVAL).await;
        }
    }

    /// The process's number, unless it has been waited for.
    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.id()?).ok()?)
    }

    /// Whether the process still runs, and each of the layers' extensions.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None)) && self.extensions.are_alive()
    }

    /// Waits until the log is silent, as the end of it may arrive after an answer.
    pub async fn settle(&self) {
        let mut length = self.log_length();
        for _ in 0..LOG_DELAYS {
            sleep(LOG_DELAY).await;
            let now = self.log_length();
            if now == length {
                break;
            }
            length = now;
        }
    }

    fn log_length(&self) -> usize {
        self.lock_log().text.len()
    }

    /// The log from a byte on.
    pub fn log_from(&self, start: usize) -> Vec<u8> {
        let log = self.lock_log();
        log.text[start.min(log.text.len())..].to_vec()
    }

    /// Takes the log, with all that the function has written up to now.
    pub(crate) fn take_log(&self) -> Vec<u8> {
        let mut log = self.lock_log();
        while ioctl_fionread(&log.pipe).is_ok_and(|length| length > 0) && log.read() > 0 {}
        std::mem::take(&mut log.text)
    }

    /// Stops all threads of the process and of its children, as Lambda does between invocations.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
        self.extensions.signal(Signal::STOP);
    }

    /// Lets a frozen process go on.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
        self.extensions.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        // Once the process was waited for, its id may be another's.
        if let Some(group) = self.group.filter(|_| self.child.id().is_some()) {
            // A process that has ended needs no signal.
            kill_process_group(group, signal).ok();
        }
    }

    /// The most memory that the process has had at a time, in MB, as far as the system tells.
    pub(crate) fn peak_megabytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes.div_ceil(1024))
    }

    /// Waits until the process is initialised, reports that it cannot start, or ends.
    pub(crate) async fn ready(&mut self, api: &RuntimeApi) {
        tokio::select! {
            () = api.initialized() => {}
            _ = self.child.wait() => {}
        }
    }

    fn lock_log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for FunctionProcess {
    fn drop(&mut self) {
        // `kill_on_drop` reaches the process alone.
        self.signal(Signal::KILL);
    }
}
