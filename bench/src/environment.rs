//! A function's execution environment: its process, and the server that it asks for events.

use std::{
    fs::File,
    io::{Read, Seek},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Context, Result};
use launcher::{exit_status, ProcessGroup, Signal};

use crate::{
    memory::Memory,
    server::{Message, Server},
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that runs, and those that it started. They are killed when this is dropped.
pub struct ExecutionEnvironment {
    server: Server,
    child: Child,
    log: File,
    /// The moment before it was started.
    pub started: Instant,
}

impl ExecutionEnvironment {
    /// Starts the process by the command that serves a server's events.
    ///
    /// # Errors
    ///
    /// If the process cannot be started, or there is no port or file for it.
    pub fn start(command: impl FnOnce(&Server) -> Result<Command>) -> Result<Self> {
        let server = Server::start()?;
        let log = tempfile::tempfile().context("cannot make a file for the function's log")?;
        let mut command = command(&server)?;
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
    ///
    /// # Errors
    ///
    /// If the answer is an error, or there is none.
    pub fn invoke(&mut self, message: &mut Message) -> Result<(Duration, Vec<u8>)> {
        let deadline = Instant::now() + PATIENCE;
        let child = &self.child;
        let answer = self.server.invoke(message, &mut || {
            if let Some(status) = exit_status(child.id()).context("cannot watch the process")? {
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
    ///
    /// # Errors
    ///
    /// If the process has ended.
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

impl Drop for ExecutionEnvironment {
    fn drop(&mut self) {
        // It is first waited for here: until then, the group's number is no other's, even if the process has ended.
        if let Some(group) = ProcessGroup::led_by(self.child.id()) {
            group.signal(Signal::KILL);
        }
        self.child.wait().ok();
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use launcher::status_field;

    use super::*;

    #[test]
    fn what_a_process_that_has_ended_leaves_behind_is_killed() {
        let command = |_: &Server| {
            let mut command = Command::new("sh");
            command.args(["-c", "sleep 60 & echo $!; exit 3"]);
            Ok(command)
        };
        let mut environment = ExecutionEnvironment::start(command).unwrap();
        let error = environment.invoke(&mut Message::new("{}")).unwrap_err().to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        let left = error.rsplit(' ').next().and_then(|word| word.parse().ok()).unwrap();
        let is_running = || status_field(left, "VmRSS").is_some();
        assert!(is_running(), "{error}");
        drop(environment);
        let began = Instant::now();
        while is_running() {
            assert!(began.elapsed() < Duration::from_secs(10), "{left} still runs");
            sleep(Duration::from_millis(10));
        }
    }
}
