//! What an environment's processes write.

use std::{
    io::{PipeReader, PipeWriter, Read},
    process::Stdio,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, ioctl_fionread},
};
use tokio::time::sleep;

const NO_PIPE: &str = "cannot make a pipe for the function's log";

/// How long the log must be silent to be taken for complete.
const DELAY: Duration = Duration::from_millis(50);

/// How often that is waited for, as a function may write for ever.
const DELAYS: usize = 20;

/// No time to wait.
const NOW: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// What is called with each piece of the log as it comes.
pub(super) type Observer = Box<dyn FnMut(&[u8]) + Send>;

/// The log of an environment's processes, in the order in which they write.
pub(super) struct Log(Arc<Mutex<Inner>>);

/// The text, and the pipe that more of it comes by.
struct Inner {
    text: Vec<u8>,
    pipe: PipeReader,
    observer: Option<Observer>,
}

/// The end of the log's pipe that processes have.
pub(super) struct Writer(PipeWriter);

impl Writer {
    /// Another process's standard output and standard error.
    pub fn output(&self) -> Result<(Stdio, Stdio)> {
        let clone = || self.0.try_clone().context(NO_PIPE);
        Ok((clone()?.into(), clone()?.into()))
    }
}

impl Inner {
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

    /// Reads what is there already: the thread that reads it may have to wait for a busy machine.
    fn drain(&mut self) {
        while ioctl_fionread(&self.pipe).is_ok_and(|length| length > 0) && self.read() > 0 {}
    }
}

impl Log {
    /// A log that is read from here on. One pipe for all streams keeps their order.
    pub fn new(observer: Option<Observer>) -> Result<(Self, Writer)> {
        let (pipe, writer) = std::io::pipe().context(NO_PIPE)?;
        let readable = pipe.try_clone().context(NO_PIPE)?;
        let text = Vec::new();
        let log = Self(Arc::new(Mutex::new(Inner { text, pipe, observer })));
        let shared = log.0.clone();
        // A thread, since a process that the function left behind may hold the pipe open for ever.
        thread::spawn(move || {
            loop {
                match poll(&mut [PollFd::new(&readable, PollFlags::IN)], None) {
                    Ok(_) => {}
                    Err(Errno::INTR) => continue,
                    Err(_) => break,
                }
                let mut log = lock(&shared);
                // `take` may have read it meanwhile.
                let is_ready = || poll(&mut [PollFd::new(&readable, PollFlags::IN)], Some(&NOW)) != Ok(0);
                if is_ready() && log.read() == 0 {
                    break;
                }
            }
        });
        Ok((log, Writer(writer)))
    }

    /// Waits a moment for the end of what was written.
    pub async fn pause(&self) {
        sleep(DELAY).await;
    }

    /// Waits until the log is silent, as the end of it may arrive after an answer.
    pub async fn settle(&self) {
        let mut length = self.length();
        for _ in 0..DELAYS {
            self.pause().await;
            let now = self.length();
            if now == length {
                break;
            }
            length = now;
        }
    }

    fn length(&self) -> usize {
        let mut log = lock(&self.0);
        log.drain();
        log.text.len()
    }

    /// The log from a byte on.
    pub fn from(&self, start: usize) -> Vec<u8> {
        let mut log = lock(&self.0);
        log.drain();
        log.text[start.min(log.text.len())..].to_vec()
    }

    /// Takes the log, with all that was written up to now.
    pub fn take(&self) -> Vec<u8> {
        let mut log = lock(&self.0);
        log.drain();
        std::mem::take(&mut log.text)
    }
}

fn lock(log: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
