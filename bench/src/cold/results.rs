//! What was found of cold starts, as it is written to `cold_start.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{machine::Machine, statistics::median};

/// All of a run.
#[derive(Deserialize, Serialize)]
pub struct Results {
    /// Where it ran.
    pub machine: Machine,
    /// What it ran with, by name.
    pub versions: BTreeMap<String, String>,
    /// How many starts of each peer there were of each kind.
    pub starts: usize,
    /// What limited the processor.
    pub limited_by: Option<String>,
    /// Why nothing did.
    pub not_limited: Option<String>,
    /// How files were put out of the page cache.
    pub evicted_by: String,
    /// What was measured, in the order of the tables.
    pub peers: Vec<PeerResults>,
    /// What was not, and why.
    pub not_measured: BTreeMap<String, String>,
}

/// All of a peer.
#[derive(Default, Deserialize, Serialize)]
pub struct PeerResults {
    /// Its name.
    pub name: String,
    /// Starts of a process.
    pub starts: Vec<Starts>,
    /// Restores, where Lambda takes snapshots.
    pub restores: Vec<Restores>,
}

/// Whether files are in the page cache.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// They are.
    Warm,
    /// They are not.
    Cold,
}

/// Starts of one kind.
#[derive(Deserialize, Serialize)]
pub struct Starts {
    /// The function's memory, whose share of a processor it had; nothing for all processors.
    pub memory_mb: Option<u32>,
    /// Whether its files were in the page cache.
    pub cache: Cache,
    /// From before the process was started until its first response, in milliseconds.
    pub ms: Vec<f64>,
    /// What had to be read from a disk, in KiB, where the system tells.
    pub read_kib: Vec<u64>,
}

/// Restores of one kind.
#[derive(Deserialize, Serialize)]
pub struct Restores {
    /// As for starts.
    pub memory_mb: Option<u32>,
    /// From when the process went on until its first response, in milliseconds.
    pub ms: Vec<f64>,
}

impl Results {
    /// A peer's results, if it was measured.
    pub fn peer(&self, name: &str) -> Option<&PeerResults> {
        self.peers.iter().find(|peer| peer.name == name)
    }
}

impl PeerResults {
    /// The starts of a kind; none at first.
    pub fn starts_mut(&mut self, memory_mb: Option<u32>, cache: Cache) -> &mut Starts {
        let is_it = |starts: &Starts| starts.memory_mb == memory_mb && starts.cache == cache;
        let place = self.starts.iter().position(is_it).unwrap_or(self.starts.len());
        if place == self.starts.len() {
            self.starts.push(Starts {
                memory_mb,
                cache,
                ms: Vec::new(),
                read_kib: Vec::new(),
            });
        }
        &mut self.starts[place]
    }

    /// The restores of a kind; none at first.
    pub fn restores_mut(&mut self, memory_mb: Option<u32>) -> &mut Restores {
        let is_it = |restores: &Restores| restores.memory_mb == memory_mb;
        let place = self.restores.iter().position(is_it).unwrap_or(self.restores.len());
        if place == self.restores.len() {
            self.restores.push(Restores {
                memory_mb,
                ms: Vec::new(),
            });
        }
        &mut self.restores[place]
    }

    /// The median of the starts of a kind, in milliseconds.
    pub fn start_ms(&self, memory_mb: Option<u32>, cache: Cache) -> Option<f64> {
        median(&self.of_kind(memory_mb, cache)?.ms)
    }

    /// The median of what they had read from a disk, in KiB.
    pub fn read_kib(&self, memory_mb: Option<u32>, cache: Cache) -> Option<f64> {
        let read: Vec<_> = self
            .of_kind(memory_mb, cache)?
            .read_kib
            .iter()
            .map(|kib| *kib as f64)
            .collect();
        median(&read)
    }

    /// The median of the restores of a kind, in milliseconds.
    pub fn restore_ms(&self, memory_mb: Option<u32>) -> Option<f64> {
        let restores = self.restores.iter().find(|restores| restores.memory_mb == memory_mb)?;
        median(&restores.ms)
    }

    fn of_kind(&self, memory_mb: Option<u32>, cache: Cache) -> Option<&Starts> {
        self.starts
            .iter()
            .find(|starts| starts.memory_mb == memory_mb && starts.cache == cache)
    }
}
