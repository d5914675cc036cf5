//! Groups of processes, which signals reach as a whole.

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process_group};

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
