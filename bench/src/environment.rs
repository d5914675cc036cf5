//! A function's execution environment: its process, and the server that it asks for events.

use std::{
    fs::File,
    io::{Read, Seek, Write},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Context, Result};
use launcher::{exit_status, ProcessGroup, Signal};

use crate::{
    memory::Memory,
    server::{Answer, Message, Server},
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
        let command = command(&server)?;
        Self::spawn(server, command, Stdio::null())
    }

    /// Starts the process as [`Self::start`] does, but not before `prepare` is done with it. Until then, its number is that of a shell,
    /// which becomes the process.
    ///
    /// # Errors
    ///
    /// If the process cannot be started, or there is no port or file for it; and that of `prepare`.
    pub fn start_prepared(
        command: impl FnOnce(&Server) -> Result<Command>,
        prepare: impl FnOnce(u32) -> Result<()>,
    ) -> Result<Self> {
        let server = Server::start()?;
        let gate = gate(&command(&server)?);
        let mut environment = Self::spawn(server, gate, Stdio::piped())?;
        let mut opening = environment.child.stdin.take().context("the shell has no input")?;
        prepare(environment.child.id())?;
        environment.started = Instant::now();
        opening.write_all(b"\n").context("the shell has ended")?;
        Ok(environment)
    }

    fn spawn(server: Server, mut command: Command, input: Stdio) -> Result<Self> {
        let log = tempfile::tempfile().context("cannot make a file for the function's log")?;
        command
            .stdin(input)
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
        self.serve(|server, check| server.invoke(message, check))
    }

    /// Sends an event, and returns the answer, which may be an error.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn exchange(&mut self, message: &mut Message) -> Result<Answer> {
        self.serve(|server, check| Ok(server.exchange(message, check)?.1))
    }

    /// Waits until all of the last event is over, and the next is asked for.
    ///
    /// # Errors
    ///
    /// If the process ends.
    pub fn settle(&mut self) -> Result<()> {
        self.serve(Server::wait_for_client)
    }

    /// Waits until the process is ready to be taken a snapshot of.
    ///
    /// # Errors
    ///
    /// If the process ends, or takes events instead.
    pub fn initialize(&mut self) -> Result<()> {
        self.serve(Server::wait_for_snapshot)
    }

    /// Has the process go on as after a restore, and sends an event. Returns how long that took together, and the answer.
    ///
    /// # Errors
    ///
    /// If the answer is an error, or there is none.
    pub fn restore(&mut self, message: &mut Message) -> Result<(Duration, Vec<u8>)> {
        self.serve(|server, check| {
            let start = Instant::now();
            server.restore()?;
            let (_, answer) = server.invoke(message, check)?;
            Ok((start.elapsed(), answer))
        })
    }

    /// Serves the process, as long as it lives and is not out of patience.
    fn serve<T>(&mut self, serve: impl FnOnce(&mut Server, &mut dyn FnMut() -> Result<()>) -> Result<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let child = &self.child;
        let served = serve(&mut self.server, &mut || {
            if let Some(status) = exit_status(child.id()).context("cannot watch the process")? {
                bail!("its process ended ({status})");
            }
            if Instant::now() > deadline {
                bail!("it took more than {} s", PATIENCE.as_secs());
            }
            Ok(())
        });
        served.map_err(|error| {
            let log = self.log();
            match log.lines().last() {
                Some(last) => anyhow!("{error:#}; the last line of its log: {last}"),
                None => error,
            }
        })
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
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

/// A shell that becomes the process once there is a line to read.
fn gate(command: &Command) -> Command {
    let mut gate = Command::new("/bin/sh");
    gate.args(["-c", "read -r _ && exec \"$@\" </dev/null", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        gate.current_dir(folder);
    }
    gate
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

    #[test]
    fn a_process_does_not_start_before_it_is_prepared() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("started");
        let command = |_: &Server| {
            let mut command = Command::new("/bin/sh");
            command
                .args(["-c", "echo \"$NAME $#\" > \"$1\"; echo $$; exit 4", "sh"])
                .arg(&file)
                .env_clear()
                .env("NAME", "two words");
            Ok(command)
        };
        let mut prepared = 0;
        let mut environment = ExecutionEnvironment::start_prepared(command, |id| {
            sleep(Duration::from_millis(50));
            assert!(!file.exists());
            prepared = id;
            Ok(())
        })
        .unwrap();
        let error = environment.invoke(&mut Message::new("{}")).unwrap_err().to_string();
        // It is the same process, and its own environment.
        assert!(
            error.contains("exit status: 4") && error.ends_with(&format!(": {prepared}")),
            "{error}"
        );
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "two words 1\n");
    }
}
