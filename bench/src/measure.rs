//! The measuring: peers in turn, round after round, so that what disturbs the machine disturbs all of them.

use std::collections::BTreeMap;

use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};

use crate::{
    affinity::Cores,
    events::{event, SIZES},
    package::Package,
    peers::Peer,
    progress::Progress,
    results::{Measures, PeerResults, SizeMeasures},
    server::Message,
    statistics::Summary,
};

/// What a start and a round of events weigh in time.
const START: usize = 1;
const ROUND: usize = 40;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Rounds of events.
    pub rounds: usize,
    /// Starts of each peer.
    pub starts: usize,
    /// Whether every sample is kept.
    pub samples: bool,
}

/// An event, ready to be sent, and what is to come of it.
pub(crate) struct Exchange {
    pub(crate) message: Message,
    expected: Value,
}

impl Exchange {
    /// Of a number of bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let (event, keys) = event(bytes);
        Self {
            message: Message::new(&event),
            expected: json!({"message": "Hello, world!", "size": keys}),
        }
    }

    /// Refuses a peer that does not do what the others do.
    pub(crate) fn check(&self, peer: &Peer, answer: &[u8]) -> Result<()> {
        let found: Value = serde_json::from_slice(answer).context("its response is not JSON")?;
        ensure!(
            !peer.is_program || found == self.expected,
            "it answered {found} where {} is right",
            self.expected
        );
        Ok(())
    }
}

/// Measures packages. One that fails is left out from there on, and its failure is noted.
///
/// # Errors
///
/// If the system does not let the cores be chosen.
pub fn measure(
    packages: &[Package],
    cores: &Cores,
    plan: Plan,
    failures: &mut BTreeMap<String, String>,
) -> Result<Vec<PeerResults>> {
    let mut results: Vec<_> = packages.iter().map(PeerResults::new).collect();
    let mut exchanges = SIZES.map(|size| Exchange::new(size.bytes));
    let mut progress = Progress::new(2 * packages.len() * (ROUND * plan.rounds + START * (plan.starts + 1)));
    for pinned in [true, false] {
        cores.pin(pinned)?;
        let place = if pinned { "pinned" } else { "unpinned" };
        // The first start reads what the others find in the page cache.
        for start in 0..=plan.starts {
            for index in order(packages.len(), start) {
                let peer = packages[index].peer;
                if failures.contains_key(peer.name) {
                    continue;
                }
                match cold_start(&packages[index], &mut exchanges[0]) {
                    Ok(elapsed) => {
                        progress.step(
                            START,
                            &format!("{place}, start {start}: {:<22} {elapsed:.1} ms", peer.label),
                        );
                        if start > 0 {
                            results[index].measures_mut(pinned).cold_starts_ms.push(elapsed);
                        }
                    }
                    Err(error) => note(failures, peer, &error),
                }
            }
        }
        for round in 0..plan.rounds {
            for index in order(packages.len(), round) {
                let peer = packages[index].peer;
                if failures.contains_key(peer.name) {
                    continue;
                }
                let measures = results[index].measures_mut(pinned);
                match events(&packages[index], &mut exchanges, measures) {
                    Ok(medians) => {
                        progress.step(
                            ROUND,
                            &format!("{place}, round {}: {:<22} {medians}", round + 1, peer.label),
                        );
                    }
                    Err(error) => note(failures, peer, &error),
                }
            }
        }
    }
    cores.pin(false)?;
    results.retain(|peer| !failures.contains_key(&peer.name));
    for peer in &mut results {
        for measures in [&mut peer.pinned, &mut peer.unpinned] {
            for size in &mut measures.sizes {
                size.all_us = Summary::of(&size.samples_us);
                if !plan.samples {
                    size.samples_us.clear();
                }
            }
        }
    }
    Ok(results)
}

/// Each round begins with another peer, as the first may find the machine in another state.
pub(crate) fn order(count: usize, round: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |index| (index + round) % count)
}

pub(crate) fn note(failures: &mut BTreeMap<String, String>, peer: &Peer, error: &anyhow::Error) {
    eprintln!("{} is left out: {error:#}", peer.label);
    failures.insert(peer.name.to_owned(), format!("{error:#}"));
}

/// From before the process is started until its first response is there, in milliseconds.
fn cold_start(package: &Package, exchange: &mut Exchange) -> Result<f64> {
    let mut function = package.start()?;
    let (_, answer) = function.invoke(&mut exchange.message)?;
    let elapsed = function.started.elapsed();
    exchange.check(package.peer, &answer)?;
    Ok(elapsed.as_secs_f64() * 1e3)
}

/// A round of events of all sizes, in a new process.
fn events(package: &Package, exchanges: &mut [Exchange], measures: &mut Measures) -> Result<String> {
    let mut function = package.start()?;
    let mut medians = String::new();
    for (index, (size, exchange)) in SIZES.iter().zip(exchanges).enumerate() {
        for _ in 0..size.warm_up {
            let (_, answer) = function.invoke(&mut exchange.message)?;
            exchange.check(package.peer, &answer)?;
        }
        let mut samples = Vec::with_capacity(size.events);
        for _ in 0..size.events {
            let (elapsed, _) = function.invoke(&mut exchange.message)?;
            samples.push(elapsed.as_nanos() as f64 / 1e3);
        }
        if index == 1 {
            measures.memory_small.push(function.memory()?);
        }
        let summary = Summary::of(&samples).context("a round has no events")?;
        medians += &format!("{:>9.1}", summary.p50);
        if measures.sizes.len() == index {
            measures.sizes.push(SizeMeasures {
                event_bytes: size.bytes,
                all_us: None,
                rounds_us: Vec::new(),
                samples_us: Vec::new(),
            });
        }
        measures.sizes[index].rounds_us.push(summary);
        measures.sizes[index].samples_us.extend(samples);
    }
    measures.memory_all.push(function.memory()?);
    Ok(format!("p50 {medians} µs"))
}

impl PeerResults {
    fn new(package: &Package) -> Self {
        Self {
            name: package.peer.name.to_owned(),
            zip_bytes: package.bytes,
            pinned: Measures::default(),
            unpinned: Measures::default(),
        }
    }

    fn measures_mut(&mut self, pinned: bool) -> &mut Measures {
        if pinned {
            &mut self.pinned
        } else {
            &mut self.unpinned
        }
    }
}
