//! What was measured, as it is written to `workloads.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    machine::Machine,
    memory::Memory,
    statistics::{median, Summary},
};

/// All of a run.
#[derive(Deserialize, Serialize)]
pub struct Results {
    /// Where it ran.
    pub machine: Machine,
    /// What it ran with, by name.
    pub versions: BTreeMap<String, String>,
    /// How many rounds of events there were.
    pub rounds: usize,
    /// How many starts of each function.
    pub starts: usize,
    /// What was measured, in the order of the tables.
    pub cases: Vec<CaseResults>,
    /// What was not, by `CASE.WAY` or `CASE`, and why.
    pub not_measured: BTreeMap<String, String>,
}

/// All of a case.
#[derive(Deserialize, Serialize)]
pub struct CaseResults {
    /// Its name.
    pub name: String,
    /// The size of its event.
    pub event_bytes: usize,
    /// What was measured of it, in the order of the tables.
    pub ways: Vec<WayResults>,
}

/// All of a case in one way, with server and function on one core.
#[derive(Deserialize, Serialize)]
pub struct WayResults {
    /// The way's name.
    pub name: String,
    /// From the start of the process to its first response, in milliseconds, one for each start.
    pub first_responses_ms: Vec<f64>,
    /// Invocations over all rounds, in microseconds.
    pub all_us: Option<Summary>,
    /// Each round by itself.
    pub rounds_us: Vec<Summary>,
    /// Each invocation, in the order of the rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples_us: Vec<f64>,
    /// What would be billed for an invocation on average, in milliseconds, by the setting of memory in MB.
    pub billed_ms: BTreeMap<u32, f64>,
    /// After each round.
    pub memory: Vec<Memory>,
}

impl Results {
    /// A case's results, if it was measured.
    pub fn case(&self, name: &str) -> Option<&CaseResults> {
        self.cases.iter().find(|case| case.name == name)
    }
}

impl CaseResults {
    /// A way's results, if it was measured.
    pub fn way(&self, name: &str) -> Option<&WayResults> {
        self.ways.iter().find(|way| way.name == name)
    }

    /// The median of a way as a multiple of another's.
    pub fn ratio(&self, name: &str, other: &str) -> Option<f64> {
        Some(self.way(name)?.p50_us()? / self.way(other)?.p50_us()?)
    }
}

impl WayResults {
    /// Of a way of which nothing is known yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            first_responses_ms: Vec::new(),
            all_us: None,
            rounds_us: Vec::new(),
            samples_us: Vec::new(),
            billed_ms: BTreeMap::new(),
            memory: Vec::new(),
        }
    }

    /// The median of the invocations.
    pub fn p50_us(&self) -> Option<f64> {
        Some(self.all_us.as_ref()?.p50)
    }

    /// The median of the first responses.
    pub fn first_response_ms(&self) -> Option<f64> {
        median(&self.first_responses_ms)
    }

    /// The median of what was resident after a round, in MiB.
    pub fn resident_mib(&self) -> Option<f64> {
        Memory::median_mib(&self.memory, |memory| memory.rss_kib)
    }
}
