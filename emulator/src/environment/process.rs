//! A process of an environment.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use launcher::{ProcessGroup, Signal, exit_status, status_field};
use rustix::process::{Pid, kill_process};
use tokio::{
    process::{Child, Command},
    time::sleep,
};

/// How often a process is looked at that may end.
const INTERVAL: Duration = Duration::from_millis(5);

/// A process. It is killed when this is dropped, and so is its group if it leads one.
pub(super) struct Process {
    child: Child,
    leads_group: bool,
}

impl Process {
    /// Starts a command with its standard output and standard error.
    pub fn spawn(command: std::process::Command, output: (Stdio, Stdio), leads_group: bool) -> io::Result<Self> {
        let mut command = Command::from(command);
        if leads_group {
            command.process_group(0);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(output.0)
            .stderr(output.1)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child, leads_group })
    }

    /// Waits until it has ended.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
            sleep(INTERVAL).await;
        }
    }

    /// How it ended, if it has. Its number, which is its group's too, stays its own until it is killed: what it has left behind is reached by
    /// that.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        match self.child.id() {
            Some(number) => exit_status(number),
            None => self.child.try_wait(),
        }
    }

    /// Asks it to end, and its group if it leads one.
    pub fn terminate(&self) {
        if self.leads_group {
            self.signal_group(Signal::TERM);
        } else if let Some(pid) = self.pid() {
            // A process that has ended needs no signal.
            kill_process(pid, Signal::TERM).ok();
        }
    }

    /// Kills it, and its group if it leads one, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.signal_group(Signal::KILL);
        // It may have ended by itself.
        self.child.kill().await.ok();
    }

    /// Sends a signal to its group, if it leads one.
    pub fn signal_group(&self, signal: Signal) {
        // Once the process was waited for, its number may be another's, and `id` has none.
        if let Some(group) = self
            .child
            .id()
            .filter(|_| self.leads_group)
            .and_then(ProcessGroup::led_by)
        {
            group.signal(signal);
        }
    }

    /// The most memory that it has had at a time, in MB, as far as the system tells.
    pub fn peak_megabytes(&self) -> Option<u64> {
        Some(status_field(self.child.id()?, "VmHWM")?.div_ceil(1024))
    }

    /// Its number, unless it has been waited for.
    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.id()?).ok()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // `kill_on_drop` reaches the process alone.
        self.signal_group(Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        time::{Duration, Instant},
    };

    use super::*;

    #[tokio::test]
    async fn what_a_process_leaves_behind_is_killed_with_it() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "sleep 60 & exit 3"]);
        let mut process = Process::spawn(command, (writer.into(), Stdio::null()), true).unwrap();
        assert_eq!(process.wait().await.unwrap().code(), Some(3));
        let began = Instant::now();
        process.kill().await;
        assert_eq!(process.try_wait().unwrap().and_then(|status| status.code()), Some(3));
        // It ends when nobody has the other end.
        reader.read_to_end(&mut Vec::new()).unwrap();
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
