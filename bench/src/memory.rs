//! The memory of a process and of those that it started.

use std::{collections::HashMap, fs};

use anyhow::{bail, Context, Result};
use launcher::status_field;
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
        let mut children: HashMap<u64, Vec<u32>> = HashMap::new();
        for entry in fs::read_dir("/proc").context("cannot list /proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // A process that has just ended has no status.
            if let Some(parent) = status_field(id, "PPid") {
                children.entry(parent).or_default().push(id);
            }
        }
        let mut memory = Self::default();
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            // Of what is left of a process that has ended, no memory is told.
            if let Some(resident) = status_field(id, "VmRSS") {
                memory.rss_kib += resident;
                memory.peak_kib += status_field(id, "VmHWM").unwrap_or(resident);
            } else if id == root {
                bail!("process {id} has ended");
            }
            open.extend(children.remove(&id.into()).unwrap_or_default());
        }
        Ok(memory)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        os::unix::process::CommandExt,
        process::{Command, Stdio},
    };

    use launcher::{ProcessGroup, Signal};

    use super::*;

    #[test]
    fn a_tree_is_summed_up_and_one_that_has_ended_is_told() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 60 & echo; wait"])
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
        let tree = Memory::of_tree(child.id()).unwrap();
        let alone = status_field(child.id(), "VmRSS").unwrap();
        assert!(
            tree.peak_kib >= tree.rss_kib && tree.rss_kib > alone,
            "{tree:?}, {alone}"
        );
        ProcessGroup::led_by(child.id()).unwrap().signal(Signal::KILL);
        child.wait().unwrap();
        let error = Memory::of_tree(child.id()).unwrap_err().to_string();
        assert!(error.ends_with("has ended"), "{error}");
    }
}
