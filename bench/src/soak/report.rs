//! The tables of a soak, in Markdown.

use super::{Footprint, PeerResults, Phase, Results};
use crate::{
    peers::PEERS,
    report::{machine_and_versions, not_measured, number, table},
};

/// The whole page.
pub fn markdown(results: &Results) -> String {
    let run = format!(
        "{} events of mixed sizes and {} of 6 MB for each peer",
        whole(results.events),
        whole(results.large_events)
    );
    let mut page = format!(
        "# Soak\n\nWhat events leave behind in a function's processes, beside other ways to run it. Written by `tools/bazel run //bench -- --soak`. \
         [Raw data](soak.json).\n\n\
         ## Events of mixed sizes\n\n\
         {} for each peer, in one process: of 19 B, 1 KB and 10 KB, every twentieth of 100 KB, every hundredth of 1 MB, and in each \
         thousand one that has the handler return an error and one that has it panic. Each has a trace id of its own.\n\n{}\n\
         ## Events of 6 MB\n\n{} for each peer, in another process.\n\n{}\n",
        whole(results.events),
        phases(results, 10_000, |peer| &peer.mixed),
        whole(results.large_events),
        phases(results, 100, |peer| &peer.large),
    );
    if !results.not_measured.is_empty() {
        page += &not_measured(&results.not_measured);
        page.push('\n');
    }
    page += METHOD;
    page += &machine_and_versions(&results.machine, &results.versions, &run);
    page
}

const METHOD: &str = "\
## How it is measured

- The peers are those of [benchmark.md](benchmark.md), and so are the events and the server, on all cores. Each answer is checked.
- The first tenth of the events is the warm-up. Resident memory (summed over the function's processes), threads and descriptors are
  read after it and after each further tenth, while the function waits for an event.
- Growth is the median of what resident memory grew by between neighbours of these ten, so that a few steps, as an allocator makes when it
  takes another arena, are not taken for growth. What there was in the end, beside what there was after the warm-up, has such steps in it.
- Lambda's client for Python sets a trace id in the environment for each event, and glibc's `setenv` keeps each value that there ever was:
  some 1,400 of the KiB per 10,000 events of all that it runs. (CPython alone, setting 20,000 values: 2,720 and 2,812 KiB.) Where the rest
  of pure Python's and the loopback engine's growth comes from was not looked for.
- Threads and descriptors in **bold** are more than after the warm-up.

";

fn phases(results: &Results, per_events: u32, phase: fn(&PeerResults) -> &Phase) -> String {
    let rows = PEERS.iter().filter_map(|peer| {
        let found = phase(results.peers.iter().find(|found| found.name == peer.name)?);
        let (before, after) = found.ends()?;
        Some(vec![
            peer.label.to_owned(),
            mib(before),
            mib(after),
            found
                .growth_kib()
                .map_or_else(String::new, |kib| format!("{:+.1}", kib * f64::from(per_events) + 0.0)),
            change(before.threads, after.threads),
            change(before.descriptors, after.descriptors),
        ])
    });
    let growth = format!("growth, KiB per {} events", whole(per_events.into()));
    let header = [
        "",
        "resident after the warm-up, MiB",
        "in the end",
        &growth,
        "threads",
        "descriptors",
    ];
    table(&header, rows)
}

/// A count, with commas between thousands.
fn whole(count: u64) -> String {
    if count < 100 {
        count.to_string()
    } else {
        number(count as f64)
    }
}

fn mib(footprint: Footprint) -> String {
    format!("{:.1}", footprint.rss_kib as f64 / 1024.0)
}

fn change(before: u64, after: u64) -> String {
    if after > before {
        format!("{before} → **{after}**")
    } else {
        format!("{before} → {after}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{machine::Machine, soak::Sample};

    fn phase(events: u64, growth_kib: u64, threads: u64) -> Phase {
        let sample = |part| Sample {
            events: part * events,
            footprint: Footprint {
                rss_kib: 2048 + part * growth_kib,
                threads: 3 + part * threads,
                descriptors: 9,
            },
        };
        Phase {
            samples: (1..=10).map(sample).collect(),
            failed: BTreeMap::new(),
        }
    }

    #[test]
    fn the_page_tells_growth_and_what_is_left_open() {
        let peer = |name: &str, growth_kib, threads| PeerResults {
            name: name.to_owned(),
            mixed: phase(10_000, growth_kib, threads),
            large: phase(100, growth_kib, 0),
        };
        let page = markdown(&Results {
            machine: Machine::this(0),
            versions: BTreeMap::from([("Rust".to_owned(), "1.93.1".to_owned())]),
            events: 100_000,
            large_events: 1000,
            peers: vec![peer("os_only", 0, 0), peer("ours_extension", 256, 1)],
            not_measured: BTreeMap::from([("pyo3".to_owned(), "it is not there".to_owned())]),
        });
        for line in [
            "\n| ours, extension dispatch | 2.2 | 4.5 | +256.0 | 4 → **13** | 9 → 9 |\n",
            "\n| OS-only runtime | 2.0 | 2.0 | +0.0 | 3 → 3 | 9 → 9 |\n",
            "growth, KiB per 10,000 events",
            "growth, KiB per 100 events",
            "\n- PyO3 module: not measured: it is not there\n",
            "100,000 events of mixed sizes and 1,000 of 6 MB for each peer",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(!page.contains("\n\n\n"), "{page}");
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!([10, 1000, 100_000].map(whole), ["10", "1,000", "100,000"]);
    }

    #[test]
    fn what_was_written_can_be_read() {
        let text = serde_json::to_string(&phase(10, 1, 0)).unwrap();
        let read: Phase = serde_json::from_str(&text).unwrap();
        assert_eq!(read.ends(), phase(10, 1, 0).ends());
        assert_eq!(read.growth_kib(), Some(0.1));
    }
}
