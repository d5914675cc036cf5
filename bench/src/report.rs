//! The tables, in Markdown.

use std::collections::BTreeMap;

use crate::{
    events::SIZES,
    machine::Machine,
    memory::Memory,
    peers::{Peer, PEERS},
    results::{Measures, PeerResults, Results},
    statistics::Summary,
    targets::{targets, Target},
};

/// The whole page.
pub fn markdown(results: &Results) -> String {
    let sections = [
        introduction(results),
        goals(results),
        medians(results, true),
        medians(results, false),
        cold_starts(results),
        memory_and_size(results),
        builds(results),
        percentiles(results),
        machine_and_versions(
            &results.machine,
            &results.versions,
            &length_of_run(results.rounds, results.starts, &results.machine),
        ),
        METHOD.to_owned(),
    ];
    let sections: Vec<_> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    let mut page = sections.join("\n").trim_end().to_owned();
    page.push('\n');
    page
}

const METHOD: &str = "\
## How it is measured

- All peers run the same program: it parses the whole event (`serde_json::Value`; in Python the runtime client's `json`) and answers
  `{\"message\": \"Hello, world!\", \"size\": NUMBER_OF_KEYS}`. Events are JSON documents of many small values; each first response is
  checked.
- Zips are unpacked and started in the environment that Lambda documents, under Lambda's real runtime clients, which are compiled
  beforehand as the managed runtimes have them. The Runtime API is served on loopback by the benchmark itself, on one thread that
  blocks, and writes each event in one piece.
- An invocation lasts from before the event is written until the whole response has been read. In every round each peer runs in a new
  process, and is warmed up at each size; percentiles are over all rounds. Rounds begin with another peer each time.
- A cold start lasts from before the process is started until the first response (to a 19 B event) has been read. Files are in the
  page cache. Lambda's own work (fetching the zip, starting the sandbox) is not in it.
- *Pinned*: the server and the function's processes share one core, so that a wake-up costs the same each time. *Unpinned*: they use
  all cores, and an invocation includes wake-ups from one core to another.
- Resident memory is summed over the function's processes (what they share counts for each), at the end of a round, pinned; the median
  of the rounds.
";

fn introduction(results: &Results) -> String {
    let mut text = "# Benchmark\n\n\
        Ways to run a Rust function on Lambda, beside one another. Written by `tools/bazel run //bench`; read the ratios, as times differ from \
        machine to machine. [Raw data](benchmark.json). What events leave behind is in [soak.md](soak.md); what a cold start takes with the \
        share of a processor that a small function has, in [cold_start.md](cold_start.md).\n\n\
        ![Time per invocation, cold start and memory of each peer](benchmark.svg)\n\n"
        .to_owned();
    text += &table(
        &["peer", "what it is"],
        present(results).map(|(peer, _)| vec![peer.label.to_owned(), peer.description.to_owned()]),
    );
    if !results.not_measured.is_empty() {
        text.push('\n');
    }
    text + &not_measured(&results.not_measured)
}

fn goals(results: &Results) -> String {
    format!(
        "## What was to be shown\n\nEvents and starts are from one run, pinned; builds are measured by themselves.\n\n{}",
        goals_table(targets(results))
    )
}

/// Goals, and what was found of them.
pub fn goals_table(targets: Vec<Target>) -> String {
    let rows = targets.into_iter().map(|target| {
        let met = match target.is_met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        vec![target.measure, target.goal, target.value, met.to_owned()]
    });
    table(&["measure", "goal", "value", "met"], rows)
}

fn medians(results: &Results, pinned: bool) -> String {
    let place = if pinned { "pinned to one core" } else { "unpinned" };
    let mut header = vec!["p50, µs"];
    header.extend(SIZES.iter().map(|size| size.label));
    let rows = present(results).filter(|(peer, _)| peer.is_program || peer.name == "floor");
    let rows = rows.map(|(peer, found)| medians_row(peer, found.measures(pinned)));
    format!("## Time per invocation, {place}\n\n{}", table(&header, rows))
}

/// A peer, and the median for each size of events.
pub fn medians_row(peer: &Peer, measures: &Measures) -> Vec<String> {
    let mut row = vec![peer.label.to_owned()];
    row.extend(SIZES.map(|size| measures.p50_us(size.bytes).map_or_else(String::new, number)));
    row
}

fn cold_starts(results: &Results) -> String {
    let empty = results.peer("empty_python");
    let cell = |measures: &Measures, empty: Option<&Measures>| {
        let own = measures.cold_start_ms();
        let above = empty
            .and_then(Measures::cold_start_ms)
            .zip(own)
            .map(|(empty, own)| own - empty);
        [
            own.map_or_else(String::new, |own| format!("{own:.1}")),
            above.map_or_else(String::new, |above| format!("{above:+.1}")),
        ]
    };
    let rows = present(results).map(|(peer, found)| {
        let mut row = vec![peer.label.to_owned()];
        row.extend(cell(&found.pinned, empty.map(|empty| &empty.pinned)));
        row.extend(cell(&found.unpinned, empty.map(|empty| &empty.unpinned)));
        row
    });
    let header = [
        "median, ms",
        "pinned",
        "above an empty Python handler",
        "unpinned",
        "above an empty Python handler",
    ];
    format!(
        "## Cold start\n\nProcess start to first response, {} starts of each.\n\n{}",
        results.starts,
        table(&header, rows)
    )
}

/// The median of a field of some memory, in MiB.
pub fn mib(memory: &[Memory], field: fn(&Memory) -> u64) -> String {
    Memory::median_mib(memory, field).map_or_else(String::new, |mib| format!("{mib:.1}"))
}

fn memory_and_size(results: &Results) -> String {
    let rows = present(results).map(|(peer, found)| {
        let measures = &found.pinned;
        vec![
            peer.label.to_owned(),
            mib(&measures.memory_small, |memory| memory.rss_kib),
            mib(&measures.memory_small, |memory| memory.peak_kib),
            mib(&measures.memory_all, |memory| memory.rss_kib),
            mib(&measures.memory_all, |memory| memory.peak_kib),
            format!("{:.1}", found.zip_bytes as f64 / 1e3),
        ]
    });
    let header = [
        "",
        "resident after events up to 1 KB, MiB",
        "peak",
        "resident after events up to 6 MB, MiB",
        "peak",
        "zip, KB",
    ];
    format!("## Memory and size\n\n{}", table(&header, rows))
}

fn builds(results: &Results) -> String {
    let Some(builds) = &results.builds else {
        return String::new();
    };
    let rows = [
        ("`bazel build //hello:lambda_zip`", &builds.bazel),
        (
            "the same, `--@rules_rust_lambda//rules/settings:profile=dev`",
            &builds.bazel_dev,
        ),
        (
            "`cargo lambda build --release --output-format zip`",
            &builds.cargo_lambda,
        ),
    ];
    let rows = rows.into_iter().map(|(name, times)| {
        vec![
            name.to_owned(),
            format!("{:.1}", times.clean_s),
            times.edit_s().map_or_else(String::new, |edit| format!("{edit:.1}")),
            format!("{:.1}", times.zip_bytes as f64 / 1e3),
        ]
    });
    let tool = builds.tool_s.map_or_else(String::new, |seconds| {
        format!(" Where the rules' build tool is not downloaded, but compiled, that takes {seconds:.1} s, once.")
    });
    format!(
        "## Builds\n\nOf `examples/hello`, in a workspace that uses the rules; downloads are made before the clock starts.{tool} \
         cargo-lambda {} has Rust {}, and Bazel the one below.\n\n{}",
        builds.cargo_lambda_version,
        builds.cargo_lambda_rust,
        table(&["", "clean, s", "after a one-line edit, s (median)", "zip, KB"], rows)
    )
}

fn percentiles(results: &Results) -> String {
    let mut text = "## Percentiles\n\nµs per invocation: p50 / p90 / p99.\n".to_owned();
    for pinned in [true, false] {
        let mut header = vec![if pinned { "pinned" } else { "unpinned" }];
        header.extend(SIZES.iter().map(|size| size.label));
        let rows = present(results).map(|(peer, found)| {
            let measures = found.measures(pinned);
            let cell = |bytes| measures.summary(bytes).map_or_else(String::new, three);
            let mut row = vec![peer.label.to_owned()];
            row.extend(SIZES.map(|size| cell(size.bytes)));
            row
        });
        text += &format!("\n{}", table(&header, rows));
    }
    text
}

/// The percentiles that are told.
pub fn three(summary: &Summary) -> String {
    [summary.p50, summary.p90, summary.p99].map(number).join(" / ")
}

/// How long a run of rounds and starts was.
pub fn length_of_run(rounds: usize, starts: usize, machine: &Machine) -> String {
    let core = machine.pinned_core;
    format!("{rounds} rounds of events, {starts} starts; core {core} is the one that is pinned to")
}

/// The section that says where a run was made, with what, and how long it was.
pub fn machine_and_versions(machine: &Machine, versions: &BTreeMap<String, String>, run: &str) -> String {
    let versions: Vec<_> = versions
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    format!(
        "## Machine and versions\n\n\
         - {}, {} cores, {:.1} GiB of memory\n\
         - {}, Linux {}\n\
         - {}\n\
         - {run}; the load was {:.2} before the run and {:.2} at its end\n",
        machine.cpu,
        machine.cores,
        machine.memory_kib as f64 / 1024.0 / 1024.0,
        machine.system,
        machine.kernel,
        versions.join(", "),
        machine.load_before,
        machine.load_after,
    )
}

/// What was not measured, and why, as a list.
pub fn not_measured(reasons: &BTreeMap<String, String>) -> String {
    let lines = reasons.iter().map(|(name, why)| {
        let label = crate::peers::peer(name).map_or(name.as_str(), |peer| peer.label);
        format!("- {label}: not measured: {}\n", why.lines().next().unwrap_or_default())
    });
    lines.collect()
}

/// The peers that were measured, in the order of the tables.
fn present(results: &Results) -> impl Iterator<Item = (&'static Peer, &PeerResults)> + '_ {
    measured(&PEERS, results)
}

/// Those of some peers that were measured, in their order.
pub fn measured<'a>(
    peers: &'static [Peer],
    results: &'a Results,
) -> impl Iterator<Item = (&'static Peer, &'a PeerResults)> + 'a {
    peers.iter().filter_map(|peer| Some((peer, results.peer(peer.name)?)))
}

/// A number with as many digits as it deserves, and spaces between thousands.
pub fn number(value: f64) -> String {
    if value < 99.95 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A table whose first column is text, and the rest, where there are more than two, numbers.
pub fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|", header.join(" | "));
    for _ in header {
        text += "---|";
    }
    text.push('\n');
    for row in rows {
        text += &format!("| {} |\n", row.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn numbers_have_the_digits_that_matter() {
        for (value, text) in [
            (12.34, "12.3"),
            (99.96, "100"),
            (1234.5, "1,234"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn the_page_has_what_was_measured_and_says_what_was_not() {
        let page = markdown(&sample::results(&[("os_only", 1.0), ("ours_extension", 0.5)]));
        assert!(
            page.contains("\n| ours, extension dispatch | 9.5 | 512 | 5,120 |"),
            "{page}"
        );
        assert!(
            page.contains("\n- Node.js proxy: not measured: it is <not> there\n"),
            "{page}"
        );
        assert!(
            page.contains("Rust 1.93.1") && page.contains("| ≤ 300 KB | 240.0 KB | yes |"),
            "{page}"
        );
        assert!(!page.contains("\n\n\n"), "{page}");
    }

    #[test]
    fn a_table_is_markdown() {
        let rows = [vec!["a".to_owned(), "1".to_owned()]].into_iter();
        assert_eq!(table(&["x", "y"], rows), "| x | y |\n|---|---|\n| a | 1 |\n");
    }
}
