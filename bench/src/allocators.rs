//! The same program on allocators: what else the rules' default might be.

use crate::{
    events::SIZES,
    peers::ALLOCATORS,
    report::{length_of_run, machine_and_versions, measured, medians_row, mib, not_measured, table},
    results::Results,
};

/// The crates whose versions matter to the numbers.
pub const CRATES: [&str; 9] = [
    "lambda_runtime",
    "libmimalloc-sys",
    "mimalloc",
    "rlsf",
    "serde_json",
    "snmalloc-sys",
    "talc",
    "tikv-jemalloc-sys",
    "tokio",
];

const INTRODUCTION: &str = "\
# Allocators

The benchmark's program with extension dispatch, on one allocator each: what else the rules' default might be. Written by
`tools/bazel run //bench:allocators`, and measured as [the benchmark](benchmark.md#how-it-is-measured) is, pinned to one core; read the
ratios, as times differ from machine to machine. [Raw data](allocators.json).

rpmalloc is not there: it defines `pthread_create`, as the rules' start of a library does, and the two are not linked into one.
";

/// The whole page.
pub fn markdown(results: &Results) -> String {
    let mut described = table(
        &["allocator", "what it is"],
        measured(&ALLOCATORS, results).map(|(peer, _)| vec![peer.label.to_owned(), peer.description.to_owned()]),
    );
    if !results.not_measured.is_empty() {
        described.push('\n');
        described += &not_measured(&results.not_measured);
    }
    let sections = [
        INTRODUCTION.to_owned(),
        described,
        times(results),
        memory_size_and_start(results),
        machine_and_versions(
            &results.machine,
            &results.versions,
            &length_of_run(results.rounds, results.starts, &results.machine),
        ),
    ];
    sections.join("\n")
}

fn times(results: &Results) -> String {
    let mut header = vec!["p50, µs"];
    header.extend(SIZES.iter().map(|size| size.label));
    let rows = measured(&ALLOCATORS, results).map(|(peer, found)| medians_row(peer, &found.pinned));
    format!("## Time per invocation\n\n{}", table(&header, rows))
}

fn memory_size_and_start(results: &Results) -> String {
    let rows = measured(&ALLOCATORS, results).map(|(peer, found)| {
        let measures = &found.pinned;
        vec![
            peer.label.to_owned(),
            mib(&measures.memory_small, |memory| memory.rss_kib),
            mib(&measures.memory_all, |memory| memory.rss_kib),
            mib(&measures.memory_all, |memory| memory.peak_kib),
            measures
                .cold_start_ms()
                .map_or_else(String::new, |milliseconds| format!("{milliseconds:.1}")),
            format!("{:.1}", found.zip_bytes as f64 / 1e3),
        ]
    });
    let header = [
        "",
        "resident after events up to 1 KB, MiB",
        "resident after events up to 6 MB, MiB",
        "peak",
        "cold start, ms",
        "zip, KB",
    ];
    format!("## Memory, cold start and size\n\n{}", table(&header, rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_measured_is_in_the_tables() {
        let page = markdown(&sample::results(&[
            ("allocator_rlsf", 1.0),
            ("allocator_mimalloc", 0.5),
        ]));
        assert!(
            page.contains("\n| mimalloc 3, the rules' default | 9.5 | 512 |"),
            "{page}"
        );
        assert!(
            page.contains("\n| rlsf | 2.0 |") && !page.contains("| jemalloc |"),
            "{page}"
        );
        assert!(!page.contains("\n\n\n"), "{page}");
    }
}
