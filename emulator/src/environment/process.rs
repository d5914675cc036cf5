//! A process of an environment.

use std::{io, process::ExitStatus, process::Stdio, time::Duration};

use launcher::{ProcessGroup, Signal, kibibytes};
use rustix::{
    io::Errno,
    process::{Pid, WaitId, WaitIdOptions, kill_process, waitid},
};
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
        self.child.wait().await
    }

    /// How it ended, if it has.
    pub fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits until it has ended, and leaves it to be waited for: until then, its group's number stays its own.
    pub async fn ended(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        while let Some(pid) = self.pid()
            && matches!(waitid(WaitId::Pid(pid), options), Ok(None) | Err(Errno::INTR))
        {
            sleep(INTERVAL).await;
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
        Some(kibibytes(self.child.id()?, "VmHWM")?.div_ceil(1024))
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
