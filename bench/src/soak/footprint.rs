//! What a function's processes take of the system.

use std::fs;

use anyhow::{bail, Result};
use launcher::status_field;
use serde::{Deserialize, Serialize};

use crate::processes::tree;

/// Of a process and its descendants, summed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Footprint {
    /// Resident memory, in KiB.
    pub rss_kib: u64,
    /// Threads.
    pub threads: u64,
    /// Open descriptors.
    pub descriptors: u64,
}

impl Footprint {
    /// Of a process and its descendants.
    ///
    /// # Errors
    ///
    /// If the process has ended, or the system does not tell of it.
    pub fn of_tree(root: u32) -> Result<Self> {
        let mut footprint = Self::default();
        for id in tree(root)? {
            let (Some(rss_kib), Ok(descriptors)) = (status_field(id, "VmRSS"), fs::read_dir(format!("/proc/{id}/fd")))
            else {
                if id == root {
                    bail!("process {id} has ended");
                }
                continue;
            };
            footprint.rss_kib += rss_kib;
            footprint.threads += status_field(id, "Threads").unwrap_or_default();
            footprint.descriptors += descriptors.count() as u64;
        }
        Ok(footprint)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        os::unix::process::CommandExt,
        process::{Child, Command, Stdio},
    };

    use launcher::{ProcessGroup, Signal};

    use super::*;

    /// A shell that has done something, and waits for another process. Both have said that they are there: a process that is starting
    /// has descriptors of its own for a moment.
    fn shell(what: &str) -> Child {
        let mut child = Command::new("sh")
            .args(["-c", &format!("sh -c 'echo; kill -STOP $$' & {what}; echo; wait")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        child.stdout.take().unwrap().read_exact(&mut [0; 2]).unwrap();
        child
    }

    #[test]
    fn threads_and_descriptors_are_those_of_all_processes() {
        let mut children = ["exec 8</dev/null 9</dev/null", ":"].map(shell);
        let [more, less] = children.each_ref().map(|child| Footprint::of_tree(child.id()).unwrap());
        assert_eq!((more.threads, less.threads), (2, 2));
        // What else they have they inherited, twice.
        assert_eq!(more.descriptors, less.descriptors + 2);
        assert!(less.descriptors >= 6 && less.rss_kib > 0, "{less:?}");
        for child in &mut children {
            ProcessGroup::led_by(child.id()).unwrap().signal(Signal::KILL);
            child.wait().unwrap();
            assert!(Footprint::of_tree(child.id()).is_err());
        }
    }
}
