//! The memory of a process and of those that it started.

use anyhow::{bail, Result};
use launcher::status_field;
use serde::{Deserialize, Serialize};

use crate::{processes::tree, statistics::median};

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
        let mut memory = Self::default();
        for id in tree(root)? {
            // Of what is left of a process that has ended, no memory is told.
            if let Some(resident) = status_field(id, "VmRSS") {
                memory.rss_kib += resident;
                memory.peak_kib += status_field(id, "VmHWM").unwrap_or(resident);
            } else if id == root {
                bail!("process {id} has ended");
            }
        }
        Ok(memory)
    }

    /// The median of one of its fields over some, in MiB.
    pub fn median_mib(all: &[Self], field: fn(&Self) -> u64) -> Option<f64> {
        let kib: Vec<_> = all.iter().map(|memory| field(memory) as f64).collect();
        Some(median(&kib)? / 1024.0)
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
