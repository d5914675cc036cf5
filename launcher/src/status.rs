//! What the system tells of a process.

use std::fs;

/// The number behind a name that Linux tells of a process, such as `PPid`, or `VmHWM`, the most memory that was resident, in KiB; nothing of
/// a process that has ended and was waited for, or on another system. See [`proc_pid_status(5)`].
///
/// ```
/// # #[cfg(target_os = "linux")]
/// # {
/// use launcher::status_field;
///
/// let this = std::process::id();
/// assert!(status_field(this, "VmHWM") > Some(0));
/// assert_eq!(status_field(this, "PPid"), Some(std::os::unix::process::parent_id().into()));
/// assert_eq!(status_field(this, "VmNone"), None);
/// # }
/// ```
///
/// [`proc_pid_status(5)`]: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
pub fn status_field(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    field(&status, name)
}

fn field(status: &str, name: &str) -> Option<u64> {
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let status = "Name:\tx\nPPid:\t12\nVmHWM:\t    4321 kB\nVmRSS:\t    1234 kB\n";
        assert_eq!(field(status, "VmRSS"), Some(1234));
        assert_eq!(field(status, "PPid"), Some(12));
        for other in ["VmSwap", "Pid", "Vm", "Name"] {
            assert_eq!(field(status, other), None, "{other}");
        }
    }
}
