//! The machine that the numbers are of.

use std::{fs, thread};

use serde::{Deserialize, Serialize};

/// A machine.
#[derive(Deserialize, Serialize)]
pub struct Machine {
    /// The CPU, as it calls itself.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// The core that was pinned to.
    pub pinned_core: usize,
    /// The memory, in KiB.
    pub memory_kib: u64,
    /// The kernel.
    pub kernel: String,
    /// The operating system.
    pub system: String,
    /// How many processes wanted to run, on average, in the minute before.
    pub load_before: f64,
    /// The same in the last minute of the run, in which one is this benchmark.
    pub load_after: f64,
}

impl Machine {
    /// This one.
    pub fn this(pinned_core: usize) -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            cpu: value("/proc/cpuinfo", "model name", ':').unwrap_or_else(unknown),
            cores: thread::available_parallelism().map_or(0, usize::from),
            pinned_core,
            memory_kib: value("/proc/meminfo", "MemTotal", ':')
                .and_then(|text| text.split(' ').next()?.parse().ok())
                .unwrap_or(0),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .map_or_else(|_| unknown(), |text| text.trim().to_owned()),
            system: value("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(unknown),
            load_before: load(),
            load_after: 0.0,
        }
    }
}

/// The load of the last minute.
pub fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0)
}

/// The value behind a name in a file of lines.
fn value(path: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let pairs = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = pairs.into_iter().find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}
