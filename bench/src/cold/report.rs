//! The tables of cold starts, in Markdown.

use super::{
    cpu::{PERIOD, WHOLE_MB},
    name,
    results::{Cache, PeerResults, Results},
    SHARES,
};
use crate::{
    peers::PEERS,
    report::{goals_table, machine_and_versions, not_measured, table},
    targets::Target,
};

/// The size that the goal is for, as that of the article that the project grew from.
const SMALL: Option<u32> = Some(128);

/// The whole page.
pub fn markdown(results: &Results) -> String {
    let mut page = "# Cold starts with a function's share of a processor\n\n\
        Process start to first response, beside other ways to run a function. Written by `tools/bazel run //bench -- --cold`. \
        [Raw data](cold_start.json).\n\n"
        .to_owned();
    if let Some(why) = &results.not_limited {
        page += &format!("Shares of a processor: not measured: {why}\n\n");
    }
    page += &format!("## What was to be shown\n\n{}\n", goals_table(goals(results)));
    for (cache, title) in [
        (Cache::Warm, "Files in the page cache"),
        (Cache::Cold, "Files to be read from the disk"),
    ] {
        page += &format!("## {title}\n\n{}\n", starts(results, cache));
    }
    page += &format!("## Restored from a snapshot\n\n{}\n{RESTORED}\n", restores(results));
    if !results.not_measured.is_empty() {
        page += &not_measured(&results.not_measured);
        page.push('\n');
    }
    page += &method(results);
    page += "\n";
    let run = format!("{} starts and restores of each kind", results.starts);
    page += &machine_and_versions(&results.machine, &results.versions, &run);
    page
}

const RESTORED: &str = "\
From when the process goes on after its restore, hooks among it, to its first response. All of its memory is there: what Lambda takes to
bring it back is not in it, and differs with how much of it is touched. Lambda takes snapshots of zips on Python 3.12 and later, and none
on the OS-only and Node.js runtimes: there, each of these is a cold start. See [snapstart.md](snapstart.md).
";

fn method(results: &Results) -> String {
    let limited = results
        .limited_by
        .as_ref()
        .map_or_else(|| "nothing, as said above".to_owned(), Clone::clone);
    format!(
        "## How it is measured\n\n\
         - The peers are those of [benchmark.md](benchmark.md). Server and function use all cores.\n\
         - A function of N MB has N/{WHOLE_MB} of a processor, as Lambda documents, in each period of {} ms (how long Lambda's are is not \
         documented), by: {limited}. The server is outside of that.\n\
         - A shell waits in the group for two periods, until its share is whole, and becomes the function's process. What a function may be \
         given beyond its share while it is initialised is not imitated.\n\
         - Files are put out of the page cache by: {}. What was read from the disk then is told beside.\n\
         - Lambda's own work (fetching the zip, starting the sandbox) is in none of this.\n",
        PERIOD.as_millis(),
        results.evicted_by,
    )
}

fn goals(results: &Results) -> Vec<Target> {
    let start = |name: &str| results.peer(name)?.start_ms(SMALL, Cache::Warm);
    let quotient = |name: &str| Some(start(name)? / start("node_proxy")?);
    let floor = quotient("empty_python");
    let floor = floor.map_or_else(String::new, |floor| format!("; an empty Python handler: {floor:.2} ×"));
    vec![Target::at_most(
        "default dispatch, cold start with 128 MB, files in the page cache",
        "≤ 1/3 of the Node.js proxy",
        1.0 / 3.0,
        quotient("ours_extension").map(|value| (value, format!("{value:.2} ×{floor}"))),
    )]
}

fn present(results: &Results) -> impl Iterator<Item = (&'static str, &PeerResults)> + '_ {
    PEERS
        .iter()
        .filter_map(|peer| Some((peer.label, results.peer(peer.name)?)))
}

fn starts(results: &Results, cache: Cache) -> String {
    let mut header = vec!["median, ms".to_owned()];
    header.extend(SHARES.map(name));
    header.push("128 MB, of the Node.js proxy's".to_owned());
    if cache == Cache::Cold {
        header.push("read from the disk, MiB".to_owned());
    }
    let proxy = results
        .peer("node_proxy")
        .and_then(|proxy| proxy.start_ms(SMALL, cache));
    let rows = present(results).map(|(label, peer)| {
        let mut row = vec![label.to_owned()];
        row.extend(SHARES.map(|share| milliseconds(peer.start_ms(share, cache))));
        let ratio = peer.start_ms(SMALL, cache).zip(proxy).map(|(own, proxy)| own / proxy);
        row.push(ratio.map_or_else(String::new, |ratio| format!("{ratio:.2} ×")));
        if cache == Cache::Cold {
            let read = peer.read_kib(None, cache);
            row.push(read.map_or_else(String::new, |kib| format!("{:.1}", kib / 1024.0)));
        }
        row
    });
    table(&header.iter().map(String::as_str).collect::<Vec<_>>(), rows)
}

fn restores(results: &Results) -> String {
    let mut header = vec!["median, ms".to_owned()];
    header.extend(SHARES.map(name));
    let rows = present(results)
        .filter(|(_, peer)| !peer.restores.is_empty())
        .map(|(label, peer)| {
            let mut row = vec![label.to_owned()];
            row.extend(SHARES.map(|share| milliseconds(peer.restore_ms(share))));
            row
        });
    table(&header.iter().map(String::as_str).collect::<Vec<_>>(), rows)
}

fn milliseconds(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.1}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::machine::Machine;

    fn results(peers: &[(&str, f64)], not_limited: Option<&str>) -> Results {
        let peer = |(name, factor): &(&str, f64)| {
            let mut peer = PeerResults {
                name: (*name).to_owned(),
                ..PeerResults::default()
            };
            for share in SHARES {
                if share.is_some() && not_limited.is_some() {
                    continue;
                }
                let small = 1769.0 / f64::from(share.unwrap_or(1769));
                for cache in [Cache::Warm, Cache::Cold] {
                    let starts = peer.starts_mut(share, cache);
                    starts.ms.extend([factor * small; 3]);
                    starts.read_kib.push(1536);
                }
                if *name != "node_proxy" {
                    peer.restores_mut(share).ms.push(factor * small / 2.0);
                }
            }
            peer
        };
        Results {
            machine: Machine::this(0),
            versions: BTreeMap::new(),
            starts: 3,
            limited_by: not_limited.is_none().then(|| "a group".to_owned()),
            not_limited: not_limited.map(str::to_owned),
            evicted_by: "advice".to_owned(),
            peers: peers.iter().map(peer).collect(),
            not_measured: BTreeMap::from([("pyo3".to_owned(), "it is not there".to_owned())]),
        }
    }

    #[test]
    fn shares_are_beside_one_another_and_beside_the_proxy() {
        let page = markdown(&results(&[("ours_extension", 10.0), ("node_proxy", 40.0)], None));
        for line in [
            "| ours, extension dispatch | 138.2 | 34.6 | 10.0 | 10.0 | 0.25 × |\n",
            "| ours, extension dispatch | 138.2 | 34.6 | 10.0 | 10.0 | 0.25 × | 1.5 |\n",
            "| ours, extension dispatch | 69.1 | 17.3 | 5.0 | 5.0 |\n",
            "| default dispatch, cold start with 128 MB, files in the page cache | ≤ 1/3 of the Node.js proxy | 0.25 × | yes |\n",
            "\n- PyO3 module: not measured: it is not there\n",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
        assert!(!page.contains("\n\n\n"), "{page}");
    }

    #[test]
    fn a_machine_without_groups_says_so() {
        let page = markdown(&results(&[("ours_extension", 10.0)], Some("no group can be made")));
        assert!(
            page.contains("not measured: no group can be made") && page.contains("| not measured |"),
            "{page}"
        );
        assert!(page.contains("| ours, extension dispatch |  |  |  | 10.0 |"), "{page}");
    }
}
