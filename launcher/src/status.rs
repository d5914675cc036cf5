//! What the system tells of a process.

use std::fs;

/// An amount of memory in KiB that Linux tells of a process, such as `VmHWM`, the most that was resident; nothing of a process that has
/// ended, or on another system.
///
/// ```
/// # #[cfg(target_os = "linux")]
/// assert!(launcher::kibibytes(std::process::id(), "VmHWM") > Some(0));
/// assert_eq!(launcher::kibibytes(std::process::id(), "VmNone"), None);
/// ```
pub fn kibibytes(process: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix("kB")?.trim_end().parse().ok()
}
