//! What was measured, as it is written to `benchmark.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{builds::Builds, machine::Machine, memory::Memory, statistics::Summary};

/// All of a run.
#[derive(Deserialize, Serialize)]
pub struct Results {
    /// Where it ran.
    pub machine: Machine,
    /// What it ran with, by name.
    pub versions: BTreeMap<String, String>,
    /// How many rounds of events there were.
    pub rounds: usize,
    /// How many starts of each peer.
    pub starts: usize,
    /// What was measured, in the order of the tables.
    pub peers: Vec<PeerResults>,
    /// What was not, and why.
    pub not_measured: BTreeMap<String, String>,
    /// Sizes of other zips, by name.
    pub zip_bytes: BTreeMap<String, u64>,
    /// How long builds take.
    pub builds: Option<Builds>,
}

/// All of a peer.
#[derive(Deserialize, Serialize)]
pub struct PeerResults {
    /// Its name.
    pub name: String,
    /// The size of its zip.
    pub zip_bytes: u64,
    /// Server and function on one core.
    pub pinned: Measures,
    /// On all.
    pub unpinned: Measures,
}

/// What is measured of a peer in one arrangement.
#[derive(Default, Deserialize, Serialize)]
pub struct Measures {
    /// From the start of the process to its first response, in milliseconds, one for each start.
    pub cold_starts_ms: Vec<f64>,
    /// After small events alone, one for each round.
    pub memory_small: Vec<Memory>,
    /// After events of all sizes.
    pub memory_all: Vec<Memory>,
    /// By size of the event.
    pub sizes: Vec<SizeMeasures>,
}

/// Invocations with events of one size, in microseconds.
#[derive(Deserialize, Serialize)]
pub struct SizeMeasures {
    /// The size.
    pub event_bytes: usize,
    /// Over all rounds.
    pub all_us: Option<Summary>,
    /// Each round by itself.
    pub rounds_us: Vec<Summary>,
    /// Each invocation, in the order of the rounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples_us: Vec<f64>,
}

impl Results {
    /// A peer's results, if it was measured.
    pub fn peer(&self, name: &str) -> Option<&PeerResults> {
        self.peers.iter().find(|peer| peer.name == name)
    }
}

impl PeerResults {
    /// The results for one arrangement.
    pub fn measures(&self, pinned: bool) -> &Measures {
        if pinned {
            &self.pinned
        } else {
            &self.unpinned
        }
    }
}

impl Measures {
    /// The median of the cold starts.
    pub fn cold_start_ms(&self) -> Option<f64> {
        crate::statistics::median(&self.cold_starts_ms)
    }

    /// The median at a size of events.
    pub fn p50_us(&self, event_bytes: usize) -> Option<f64> {
        Some(self.summary(event_bytes)?.p50)
    }

    /// The whole summary at a size of events.
    pub fn summary(&self, event_bytes: usize) -> Option<&Summary> {
        let size = self.sizes.iter().find(|size| size.event_bytes == event_bytes)?;
        size.all_us.as_ref()
    }
}
