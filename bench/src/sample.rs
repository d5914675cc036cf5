//! Results that tests are run on.

use std::collections::BTreeMap;

use crate::{
    events::SIZES,
    machine::Machine,
    memory::Memory,
    peers::PEERS,
    results::{Measures, PeerResults, Results, SizeMeasures},
    statistics::Summary,
};

/// Results in which each peer takes a factor times what its event's size asks for, in microseconds, and as many
/// milliseconds to start.
pub fn results(factors: &[(&str, f64)]) -> Results {
    let measures = |factor: f64| Measures {
        cold_starts_ms: vec![factor, factor],
        memory_small: vec![Memory {
            rss_kib: 2048,
            peak_kib: 3072,
        }],
        memory_all: Vec::new(),
        sizes: SIZES
            .iter()
            .map(|size| SizeMeasures {
                event_bytes: size.bytes,
                all_us: Summary::of(&[factor * size.bytes as f64]),
                rounds_us: Vec::new(),
                samples_us: Vec::new(),
            })
            .collect(),
    };
    let peer = |(name, factor): &(&str, f64)| PeerResults {
        name: (*name).to_owned(),
        zip_bytes: 1000,
        pinned: measures(*factor),
        unpinned: measures(2.0 * factor),
    };
    let missing = PEERS
        .iter()
        .filter(|peer| !factors.iter().any(|(name, _)| *name == peer.name));
    Results {
        machine: Machine::this(1),
        versions: BTreeMap::from([("Rust".to_owned(), "1.93.1".to_owned())]),
        rounds: 1,
        starts: 2,
        peers: factors.iter().map(peer).collect(),
        not_measured: missing
            .map(|peer| (peer.name.to_owned(), "it is <not> there".to_owned()))
            .collect(),
        zip_bytes: BTreeMap::from([("hello".to_owned(), 240_000)]),
        builds: None,
    }
}
