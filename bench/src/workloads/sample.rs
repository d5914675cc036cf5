//! Results that tests are run on.

use std::collections::BTreeMap;

use super::{
    cases::CASES,
    price::{billed_ms, MEMORY_MB},
    results::{CaseResults, Results, WayResults},
};
use crate::{machine::Machine, memory::Memory, statistics::Summary};

/// Results in which each way takes a factor times a millisecond in each case, and as much to start.
pub fn results(factors: &[(&str, f64)]) -> Results {
    let way = |(name, factor): &(&str, f64)| {
        let samples = [1000.0 * factor];
        let billed = MEMORY_MB.map(|memory| (memory, billed_ms(&samples, memory).unwrap_or_default()));
        WayResults {
            first_responses_ms: vec![*factor],
            all_us: Summary::of(&samples),
            billed_ms: BTreeMap::from(billed),
            memory: vec![Memory {
                rss_kib: 2048,
                peak_kib: 3072,
            }],
            ..WayResults::new(name)
        }
    };
    Results {
        machine: Machine::this(1),
        versions: BTreeMap::from([("Rust".to_owned(), "1.93.1".to_owned())]),
        rounds: 1,
        starts: 1,
        cases: CASES
            .iter()
            .map(|case| CaseResults {
                name: case.name.to_owned(),
                event_bytes: 1024,
                ways: factors.iter().map(way).collect(),
            })
            .collect(),
        not_measured: BTreeMap::from([("image.python".to_owned(), "it is <not> there".to_owned())]),
    }
}
