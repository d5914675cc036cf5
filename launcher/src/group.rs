//! Groups of processes, which signals reach as a whole, and the ends of those that lead them.

use std::{io, os::unix::process::ExitStatusExt, process::ExitStatus};

pub use rustix::process::Signal;
use rustix::{
    io::Errno,
    process::{Pid, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid},
};

/// The group that a process leads: itself, and what it started.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use std::{
///     os::unix::process::{CommandExt, ExitStatusExt},
///     process::Command,
/// };
///
/// use launcher::{ProcessGroup, Signal};
///
/// let mut process = Command::new("sleep").arg("60").process_group(0).spawn()?;
/// let group = ProcessGroup::led_by(process.id()).expect("it is no process's number");
/// group.signal(Signal::KILL);
/// assert_eq!(process.wait()?.signal(), Some(9));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ProcessGroup(Pid);

impl ProcessGroup {
    /// The group of a process that was started with [`process_group(0)`](std::os::unix::process::CommandExt::process_group), and has not
    /// been waited for: from then on its number may be another's.
    pub fn led_by(process: u32) -> Option<Self> {
        Pid::from_raw(i32::try_from(process).ok()?).map(Self)
    }

    /// Sends a signal to each process of the group. Those that have ended need none.
    pub fn signal(self, signal: Signal) {
        kill_process_group(self.0, signal).ok();
    }
}

/// How a child has ended, if it has. It is left to be waited for: until then, its number, which is that of the group that it leads, is no
/// other's, and a signal to the group reaches what the child has left behind.
///
/// # Errors
///
/// If the process is none of this one's children, or has been waited for.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// use std::process::Command;
///
/// let mut process = Command::new("sh").args(["-c", "exit 3"]).spawn()?;
/// let status = loop {
///     if let Some(status) = launcher::exit_status(process.id())? {
///         break status;
///     }
/// };
/// assert_eq!(status.code(), Some(3));
/// assert_eq!(process.wait()?, status);
/// # Ok(())
/// # }
/// ```
pub fn exit_status(child: u32) -> io::Result<Option<ExitStatus>> {
    let pid = i32::try_from(child).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(io::ErrorKind::InvalidInput)?;
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    match waitid(WaitId::Pid(pid), options) {
        Ok(status) => Ok(status.as_ref().and_then(as_waited_for)),
        Err(Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A status as `waitpid` has it: the code of an exit in the second byte, or the number of a signal and whether the memory was dumped.
fn as_waited_for(status: &WaitIdStatus) -> Option<ExitStatus> {
    let exited = status.exit_status().map(|code| (code & 0xff) << 8);
    let signaled = || {
        let dumped = if status.dumped() { 0x80 } else { 0 };
        Some(status.terminating_signal()? | dumped)
    };
    exited.or_else(signaled).map(ExitStatus::from_raw)
}

#[cfg(test)]
mod tests {
    use std::{
        process::{Child, Command},
        thread,
        time::Duration,
    };

    use super::*;

    fn ended(child: &Child) -> ExitStatus {
        loop {
            if let Some(status) = exit_status(child.id()).unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_child_has_ended_as_it_is_said_to_once_it_is_waited_for() {
        for script in [
            "exit 0",
            "exit 255",
            "kill -9 $$",
            "kill -15 $$",
            "ulimit -c 0; kill -6 $$",
        ] {
            let mut child = Command::new("sh").args(["-c", script]).spawn().unwrap();
            let status = ended(&child);
            assert_eq!(child.wait().unwrap(), status, "{script}");
            assert!(exit_status(child.id()).is_err(), "{script}");
        }
    }

    #[test]
    fn a_child_that_runs_has_no_status() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        assert_eq!(exit_status(child.id()).unwrap(), None);
        child.kill().unwrap();
        assert_eq!(ended(&child).signal(), Some(9));
        child.wait().unwrap();
    }
}
