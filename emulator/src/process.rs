//! A function's process, and what it writes.

use std::{
    io::Read,
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::{process::Child, time::sleep};

use crate::{Invocation, Outcome, Program, RuntimeApi, Sandbox};

/// How long the log must be silent to be taken for complete.
const LOG_DELAY: Duration = Duration::from_millis(50);

/// How often that is waited for, as a function may write for ever.
const LOG_DELAYS: usize = 20;

/// A function's process. It is killed when this is dropped.
pub struct FunctionProcess {
    child: Child,
    log: Arc<Mutex<Vec<u8>>>,
}

impl FunctionProcess {
    /// Starts a program on an unpacked zip.
    pub fn spawn(program: &Program, sandbox: &Sandbox, api: &RuntimeApi) -> Result<Self> {
        // One pipe for both streams keeps their order.
        let (mut reader, writer) = std::io::pipe().context("cannot make a pipe for the function's log")?;
        let stderr = writer
            .try_clone()
            .context("cannot make a pipe for the function's log")?;
        let child = program
            .command(sandbox, api)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| program.start_failure())?;
        let log = Arc::new(Mutex::new(Vec::new()));
        let shared = log.clone();
        // A thread, since a process that the function left behind may hold the pipe open for ever.
        thread::spawn(move || {
            let mut chunk = [0; 8192];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                shared
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .extend_from_slice(&chunk[..length]);
            }
        });
        Ok(Self { child, log })
    }

    /// Sends an event, and waits for the answer, or for the end of the process.
    pub async fn invoke(&mut self, api: &RuntimeApi, invocation: Invocation) -> Outcome {
        tokio::select! {
            // An answer that was sent before the end of the process counts.
            biased;
            outcome = api.invoke(invocation) => outcome,
            status = self.child.wait() => {
                let ended = match status {
                    Ok(status) => match status.code() {
                        Some(code) => format!("exited with status {code}"),
                        None => format!("was ended by a signal ({status})"),
                    },
                    Err(error) => format!("cannot be watched ({error})"),
                };
                if api.has_client() {
                    Outcome::exit(&format!("the process {ended} before it answered"))
                } else {
                    Outcome::init_exit(&format!("the process {ended} before it asked for an event"))
                }
            }
        }
    }

    /// Kills the process, and waits until it is gone.
    pub async fn end(&mut self) {
        // It may have ended by itself.
        self.child.kill().await.ok();
    }

    /// Whether the process still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
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
        self.lock_log().len()
    }

    /// The log from a byte on.
    pub fn log_from(&self, start: usize) -> Vec<u8> {
        let log = self.lock_log();
        log[start.min(log.len())..].to_vec()
    }

    fn lock_log(&self) -> MutexGuard<'_, Vec<u8>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
