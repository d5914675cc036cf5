//! The soak: what a hundred thousand events leave behind in a function's processes, peer beside peer.

mod footprint;
mod growth;
mod mix;
mod report;
mod results;

use std::collections::BTreeMap;

use anyhow::{bail, Result};

use crate::{
    events::SIZES,
    measure::{note, Exchange},
    package::Package,
    peers::{Peer, PEERS},
    progress::Progress,
    server::Message,
};

pub use footprint::Footprint;
use mix::Kind;
pub use report::markdown;
pub use results::{PeerResults, Phase, Results, Sample};

/// In how many parts a phase is looked at. The first of them is the warm-up.
const PARTS: u64 = 10;

/// How many of the largest events there are for each of mixed sizes, and their size.
const LARGE_SHARE: u64 = 100;
const LARGE_BYTES: usize = SIZES[SIZES.len() - 1].bytes;

/// How many events each peer is sent.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Of mixed sizes.
    pub events: u64,
    /// Of the largest size.
    pub large_events: u64,
}

impl Plan {
    /// For a number of events of mixed sizes.
    pub fn new(events: u64) -> Self {
        Self {
            events,
            large_events: (events / LARGE_SHARE).max(PARTS),
        }
    }
}

/// The peers that answer as the program does: an empty handler has nothing to leave behind.
pub fn peers() -> impl Iterator<Item = &'static Peer> {
    PEERS.iter().filter(|peer| peer.is_program)
}

/// Sends each package its events. One that fails is left out, and its failure is noted.
pub fn soak(packages: &[Package], plan: Plan, failures: &mut BTreeMap<String, String>) -> Vec<PeerResults> {
    let mut stock = Stock::default();
    // The two phases take about as long.
    let mut progress = Progress::new(packages.len() * 2 * PARTS as usize);
    let mut results = Vec::new();
    for package in packages {
        let peer = package.peer;
        let mut phase = |what, count, kind| {
            stock.phase(package, count, kind, &mut |sample| {
                let Footprint { rss_kib, threads, .. } = sample.footprint;
                let told = format!(
                    "{:<26} {what}: {} events, {rss_kib} KiB, {threads} threads",
                    peer.label, sample.events
                );
                progress.step(1, &told);
            })
        };
        let found = phase("mixed", plan.events, mix::kind)
            .and_then(|mixed| Ok((mixed, phase("6 MB", plan.large_events, |_| Kind::Plain(LARGE_BYTES))?)));
        match found {
            Ok((mixed, large)) => results.push(PeerResults {
                name: peer.name.to_owned(),
                mixed,
                large,
            }),
            Err(error) => note(failures, peer, &error),
        }
    }
    results
}

/// Events that are written once, and sent as often as they are wanted.
#[derive(Default)]
struct Stock {
    plain: BTreeMap<usize, Exchange>,
    failing: BTreeMap<&'static str, Message>,
}

impl Stock {
    /// Sends events to a new process, and looks at it after each part of them.
    fn phase(
        &mut self,
        package: &Package,
        count: u64,
        kind: fn(u64) -> Kind,
        tell: &mut dyn FnMut(&Sample),
    ) -> Result<Phase> {
        let mut environment = package.start()?;
        let mut phase = Phase::default();
        for number in 1..=count {
            match kind(number - 1) {
                Kind::Plain(bytes) => {
                    let exchange = self.plain.entry(bytes).or_insert_with(|| Exchange::new(bytes));
                    exchange.message.trace(number);
                    let (_, answer) = environment.invoke(&mut exchange.message)?;
                    exchange.check(package.peer, &answer)?;
                }
                Kind::Failing(how) => {
                    let message = self
                        .failing
                        .entry(how)
                        .or_insert_with(|| Message::new(&format!(r#"{{"fail":"{how}"}}"#)));
                    message.trace(number);
                    let answer = environment.exchange(message)?;
                    if !answer.is_error {
                        let text = String::from_utf8_lossy(&answer.body).into_owned();
                        bail!("it answered {text} to an event that asks for: {how}");
                    }
                    *phase.failed.entry(how.to_owned()).or_default() += 1;
                }
            }
            if ends_part(number, count) {
                environment.settle()?;
                let sample = Sample {
                    events: number,
                    footprint: Footprint::of_tree(environment.id())?,
                };
                tell(&sample);
                phase.samples.push(sample);
            }
        }
        Ok(phase)
    }
}

/// Whether one of the parts of a number of events ends with this one.
fn ends_part(number: u64, count: u64) -> bool {
    PARTS * number / count > PARTS * (number - 1) / count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_ends_once_and_the_last_with_the_last_event() {
        for count in [10, 1000, 1003, 99_999] {
            let ends: Vec<_> = (1..=count).filter(|number| ends_part(*number, count)).collect();
            assert_eq!(ends.len() as u64, PARTS, "{count}");
            assert_eq!(ends.last(), Some(&count));
        }
    }

    #[test]
    fn the_largest_events_are_in_proportion() {
        assert_eq!(Plan::new(100_000).large_events, 1000);
        assert_eq!(Plan::new(1000).large_events, 10);
    }
}
