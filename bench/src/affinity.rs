//! Which cores this thread, and the processes that it starts, run on.

use anyhow::{bail, Context, Result};
use nix::{
    sched::{sched_getaffinity, sched_setaffinity, CpuSet},
    unistd::Pid,
};

/// Where the server and the function run.
pub struct Cores {
    all: CpuSet,
    one: usize,
}

impl Cores {
    /// Those that this process was given.
    pub fn of_this_process() -> Result<Self> {
        let all = sched_getaffinity(Pid::from_raw(0)).context("cannot tell which cores this process may use")?;
        // The first core has the machine's own work more often than the last.
        let last = (0..CpuSet::count())
            .rev()
            .find(|core| all.is_set(*core).unwrap_or(false));
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
    pub fn pin(&self, pinned: bool) -> Result<()> {
        let mut cores = self.all;
        if pinned {
            cores = CpuSet::new();
            cores.set(self.one).context("cannot name the last core")?;
        }
        sched_setaffinity(Pid::from_raw(0), &cores).context("cannot pin this process to a core")
    }
}
