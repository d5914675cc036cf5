//! The memory of a process and of those that it started.

use std::{collections::HashMap, fs};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Resident memory, in KiB, summed over the processes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Memory {
    /// Now (`VmRSS`).
    pub rss_kib: u64,
    /// The most there was (`VmHWM`).
    pub peak_kib: u64,
}

impl Memory {
    /// Of a process and its descendants.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn of_tree(root: u32) -> Result<Self> {
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for entry in fs::read_dir("/proc").context("cannot list /proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // A process that has just ended has no status.
            if let Some(parent) = status(id).and_then(|status| field(&status, "PPid:")) {
                children.entry(parent as u32).or_default().push(id);
            }
        }
        let mut memory = Self::default();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            let status = status(id).with_context(|| format!("process {id} has ended"))?;
            memory.rss_kib += field(&status, "VmRSS:").unwrap_or(0);
            memory.peak_kib += field(&status, "VmHWM:").unwrap_or(0);
            open.extend(children.remove(&id).unwrap_or_default());
        }
        Ok(memory)
    }
}

fn status(process: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{process}/status")).ok()
}

/// The number behind a name, such as `VmRSS:    1234 kB`.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name() {
        let status = "Name:\tx\nPPid:\t12\nVmHWM:\t    4321 kB\nVmRSS:\t    1234 kB\n";
        assert_eq!(field(status, "VmRSS:"), Some(1234));
        assert_eq!(field(status, "PPid:"), Some(12));
        assert_eq!(field(status, "VmSwap:"), None);
    }
}
