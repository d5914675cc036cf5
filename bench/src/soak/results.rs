//! What a soak found, as it is written to `soak.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{growth::slope, Footprint};
use crate::machine::Machine;

/// All of a run.
#[derive(Deserialize, Serialize)]
pub struct Results {
    /// Where it ran.
    pub machine: Machine,
    /// What it ran with, by name.
    pub versions: BTreeMap<String, String>,
    /// How many events of mixed sizes each peer was sent.
    pub events: u64,
    /// How many of the largest size.
    pub large_events: u64,
    /// What was found, in the order of the tables.
    pub peers: Vec<PeerResults>,
    /// What was not measured, and why.
    pub not_measured: BTreeMap<String, String>,
}

/// All of a peer.
#[derive(Deserialize, Serialize)]
pub struct PeerResults {
    /// Its name.
    pub name: String,
    /// Events of mixed sizes.
    pub mixed: Phase,
    /// Events of the largest size, sent to another process.
    pub large: Phase,
}

/// A process and its events.
#[derive(Default, Deserialize, Serialize)]
pub struct Phase {
    /// After each part of the events. The first comes after the warm-up.
    pub samples: Vec<Sample>,
    /// How many events were answered with an error that they asked for, by its kind.
    pub failed: BTreeMap<String, u64>,
}

/// What there was after a number of events.
#[derive(Clone, Copy, Deserialize, Serialize)]
pub struct Sample {
    /// The number.
    pub events: u64,
    /// What the processes took.
    #[serde(flatten)]
    pub footprint: Footprint,
}

impl Phase {
    /// After the warm-up, and at the end.
    pub fn ends(&self) -> Option<(Footprint, Footprint)> {
        Some((self.samples.first()?.footprint, self.samples.last()?.footprint))
    }

    /// How many KiB of resident memory one event adds.
    pub fn growth_kib(&self) -> Option<f64> {
        let points: Vec<_> = self
            .samples
            .iter()
            .map(|sample| (sample.events as f64, sample.footprint.rss_kib as f64))
            .collect();
        slope(&points)
    }
}
