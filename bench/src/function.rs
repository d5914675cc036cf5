//! A function's process, and the server that it asks for events.

use std::{
    fs::File,
    io::{Read, Seek},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Context, Result};
use nix::{
    sys::signal::{killpg, Signal},
    unistd::Pid,
};

use crate::{
    memory::Memory,
    server::{Message, Server},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that runs, and those that it started. They are killed when this is dropped.
pub struct Function {
    server: Server,
    child: Child,
    log: File,
    /// The moment before it was started.
    pub started: Instant,
}

impl Function {
    /// Starts what a command for a server's address is.
    pub fn start(command: impl FnOnce(&Server) -> Command) -> Result<Self> {
        let server = Server::start()?;
        let log = tempfile::tempfile().context("cannot make a file for the function's log")?;
        let mut command = command(&server);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("cannot share the function's log")?)
            .stderr(log.try_clone().context("cannot share the function's log")?)
            .process_group(0);
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        Ok(Self {
            server,
            child,
            log,
            started,
        })
    }

    /// Sends an event, and returns how long the answer took, and the answer.
    pub fn invoke(&mut self, message: &mut Message) -> Result<(Duration, Vec<u8>)> {
        let deadline = Instant::now() + PATIENCE;
        let child = &mut self.child;
        let answer = self.server.invoke(message, &mut || {
            if let Some(status) = child.try_wait().context("cannot watch the process")? {
                bail!("its process ended ({status})");
            }
            if Instant::now() > deadline {
                bail!("it took more than {} s", PATIENCE.as_secs());
            }
            Ok(())
        });
        answer.map_err(|error| {
            let log = self.log();
            match log.lines().last() {
                Some(last) => anyhow!("{error:#}; the last line of its log: {last}"),
                None => error,
            }
        })
    }

    /// The memory of the process and of those that it started.
    pub fn memory(&self) -> Result<Memory> {
        Memory::of_tree(self.child.id())
    }

    fn log(&mut self) -> String {
        let mut bytes = Vec::new();
        if self.log.rewind().is_ok() {
            self.log.read_to_end(&mut bytes).ok();
        }
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // The group is this function's own, and may be gone.
        killpg(Pid::from_raw(self.child.id() as i32), Signal::SIGKILL).ok();
        self.child.wait().ok();
    }
}
