//! Which cores this thread, and the processes that it starts, run on.

use anyhow::{bail, Context, Result};
use rustix::thread::{sched_getaffinity, sched_setaffinity, CpuSet};

/// Where the server and the function run.
pub struct Cores {
    all: CpuSet,
    one: usize,
}

impl Cores {
    /// Those that this process was given.
    ///
    /// # Errors
    ///
    /// If the system does not say which.
    pub fn of_this_process() -> Result<Self> {
        let all = sched_getaffinity(None).context("cannot tell which cores this process may use")?;
        // The first core has the machine's own work more often than the last.
        let last = (0..CpuSet::MAX_CPU).rev().find(|core| all.is_set(*core));
        let Some(one) = last else {
            bail!("this process may use no core");
        };
        Ok(Self { all, one })
    }

    /// The core that is pinned to.
    pub fn pinned(&self) -> usize {
        self.one
    }

    /// Keeps this thread, and what it starts from here on, to one core, or lets it use all.
    ///
    /// # Errors
    ///
    /// If the system does not let it.
    pub fn pin(&self, pinned: bool) -> Result<()> {
        let mut cores = self.all;
        if pinned {
            cores = CpuSet::new();
            cores.set(self.one);
        }
        sched_setaffinity(None, &cores).context("cannot pin this process to a core")
    }
}
