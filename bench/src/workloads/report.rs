//! The tables, in Markdown.

use super::{
    cases::{case, Case, CASES, WORKLOADS},
    price::{per_million, slowdown, terms, PRICES},
    results::{CaseResults, Results, WayResults},
    targets::targets,
    ways::{way, Way, WAYS},
};
use crate::{
    cold::WHOLE_MB,
    report::{goals_table, length_of_run, machine_and_versions, number, table, three},
};

/// The settings of memory that the tables of costs are for, with their architectures.
const COSTS: [(u32, usize); 4] = [(128, 0), (512, 0), (512, 1), (WHOLE_MB, 0)];

/// The whole page.
pub fn markdown(results: &Results) -> String {
    let mut sections = vec![
        introduction(results),
        goals(results),
        by_case(results, "Time per invocation", "p50, µs", |_, way| {
            way.p50_us().map(number)
        }),
        ratios(results, "python", "As a multiple of Python's"),
        ratios(results, "os_only", "As a multiple of the OS-only runtime's"),
        costs(results),
        by_case(
            results,
            "First response",
            "median from the start of the process, ms",
            |_, way| way.first_response_ms().map(|ms| format!("{ms:.1}")),
        ),
        by_case(results, "Memory", "resident after a round, MiB", |_, way| {
            way.resident_mib().map(|mib| format!("{mib:.1}"))
        }),
        by_case(results, "Percentiles", "p50 / p90 / p99, µs", |_, way| {
            way.all_us.as_ref().map(three)
        }),
        machine_and_versions(
            &results.machine,
            &results.versions,
            &length_of_run(results.rounds, results.starts, &results.machine),
        ),
        METHOD.to_owned(),
    ];
    sections.retain(|section| !section.is_empty());
    let mut page = sections.join("\n").trim_end().to_owned();
    page.push('\n');
    page
}

const METHOD: &str = "\
## How it is measured

- As in [benchmark.md](benchmark.md#how-it-is-measured): the zips are started in Lambda's environment under its real runtime clients;
  the Runtime API's server and the function share one core; in each round each function runs in a new process, and is warmed up; an
  invocation lasts from before the event is written until the whole response has been read.
- Each response of the warm-up and of the first starts is checked: it is the value that the event asks for, or a JPEG of the right size.
- Python's functions share a folder of packages, which are compiled beforehand, and import what they need of it.
- The table's server speaks TLS by rustls, in the benchmark's process and on the same core; the connection is made by the first event,
  and lives on. What it takes to answer is in everybody's time.
- Pillow decodes and encodes by libjpeg-turbo, whose JPEGs have colours at half the resolution; those of the crate `image` have all of
  them. Both resize by a bicubic filter.
";

fn introduction(results: &Results) -> String {
    let mut text = "# Workloads\n\n\
        Programs as people have them on Lambda, each in several ways. Written by `tools/bazel run //bench:workloads`; read the ratios, as times \
        differ from machine to machine. [Raw data](workloads.json); [the benchmark](benchmark.md) has one program in more ways.\n\n\
        ![Time of each workload beside Python's and the OS-only runtime's, and its cost](workloads.svg)\n\n"
        .to_owned();
    let ways = present(results).map(|way| vec![way.label.to_owned(), way.description.to_owned()]);
    text += &table(&["way", "what it is"], ways);
    text.push('\n');
    let workloads = WORKLOADS.iter().filter_map(|workload| {
        let cases: Vec<_> = CASES
            .iter()
            .filter(|case| case.workload == workload.name && results.case(case.name).is_some())
            .map(|case| case.label)
            .collect();
        (!cases.is_empty()).then(|| vec![cases.join("; "), workload.description.to_owned()])
    });
    text += &table(&["workload", "what it does"], workloads);
    if !results.not_measured.is_empty() {
        text.push('\n');
    }
    for (key, why) in &results.not_measured {
        let (name, of) = key.split_once('.').unwrap_or((key, ""));
        let label = case(name).map_or(name, |case| case.label);
        let label = match way(of) {
            Some(way) => format!("{label} ({})", way.label),
            None => label.to_owned(),
        };
        text += &format!("- {label}: not measured: {}\n", why.lines().next().unwrap_or_default());
    }
    text
}

fn goals(results: &Results) -> String {
    format!("## What was to be shown\n\n{}", goals_table(targets(results)))
}

fn ratios(results: &Results, base: &str, title: &str) -> String {
    if results.cases.iter().all(|case| case.way(base).is_none()) {
        return String::new();
    }
    by_case(results, title, "p50", |case, way| {
        case.ratio(&way.name, base).map(|ratio| format!("{ratio:.2}"))
    })
}

fn costs(results: &Results) -> String {
    let mut text = format!(
        "## Cost of a million invocations\n\n\
         By {}; {:.2} USD of each cost is for the requests. Assumed: each invocation is billed by itself, rounded up to a millisecond; it is \
         as fast as here on a whole CPU, which Lambda gives from {WHOLE_MB} MB on, and takes longer below as the CPU's share is less \
         ({:.2} × at 512 MB, {:.1} × at 128 MB), waiting included; on arm64 it takes as long as on x86_64, which was not measured. Cold \
         starts, and what events cost that bring an invocation about, are not in it.\n",
        terms(),
        PRICES.request * 1e6,
        slowdown(512),
        slowdown(128),
    );
    for (memory_mb, architecture) in COSTS {
        let (architecture, price) = PRICES.gb_second[architecture];
        let header = format!("USD, {memory_mb} MB, {architecture}");
        text.push('\n');
        text += &cells(results, &header, |_, way| {
            let billed = way.billed_ms.get(&memory_mb)?;
            Some(format!("{:.3}", per_million(*billed, memory_mb, price)))
        });
    }
    text
}

/// A section with a table of cases and ways.
fn by_case(
    results: &Results,
    title: &str,
    header: &str,
    cell: impl Fn(&CaseResults, &WayResults) -> Option<String>,
) -> String {
    format!("## {title}\n\n{}", cells(results, header, cell))
}

/// A table of cases and ways.
fn cells(results: &Results, header: &str, cell: impl Fn(&CaseResults, &WayResults) -> Option<String>) -> String {
    let ways: Vec<_> = present(results).collect();
    let mut headers = vec![header];
    headers.extend(ways.iter().map(|way| way.label));
    let rows = measured(results).map(|(case, found)| {
        let mut row = vec![case.label.to_owned()];
        row.extend(
            ways.iter()
                .map(|way| found.way(way.name).and_then(|way| cell(found, way)).unwrap_or_default()),
        );
        row
    });
    table(&headers, rows)
}

/// The cases that were measured, in the order of the tables.
pub fn measured(results: &Results) -> impl Iterator<Item = (&'static Case, &CaseResults)> + '_ {
    CASES
        .iter()
        .filter_map(|case| Some((case, results.case(case.name)?)))
        .filter(|(_, found)| !found.ways.is_empty())
}

/// The ways that were measured in any case, in the order of the tables.
pub fn present(results: &Results) -> impl Iterator<Item = &'static Way> + '_ {
    WAYS.iter()
        .filter(|way| results.cases.iter().any(|case| case.way(way.name).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::sample;

    #[test]
    fn the_page_has_what_was_measured_and_says_what_was_not() {
        let page = markdown(&sample::results(&[("ours_extension", 0.5), ("python", 2.0)]));
        for line in [
            "| p50, µs | ours, extension dispatch | Python |",
            "| typed, 1 MB | 500 | 2,000 |",
            "| typed, 1 MB | 0.25 | 1.00 |",
            "- image, 200 KB (Python): not measured: it is <not> there",
            "| ours, extension dispatch: typed, 10 KB, p50 | ≤ 0.45 × Python | 0.25 | yes |",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
        assert!(
            !page.contains("| OS-only runtime |") && !page.contains("OS-only runtime's\n") && !page.contains("\n\n\n"),
            "{page}"
        );
    }

    #[test]
    fn costs_are_of_what_is_billed() {
        let page = markdown(&sample::results(&[("os_only", 1.0)]));
        // 1 ms on a whole CPU is billed as 4 at 512 MB.
        let cost = format!("{:.3}", per_million(4.0, 512, PRICES.gb_second[0].1));
        let row = page.split("| USD, 512 MB, x86_64 |").nth(1).unwrap();
        assert!(row.contains(&format!("| S3 event | {cost} |")), "{row}");
        assert!(
            page.contains("USD, 512 MB, arm64") && page.contains("which was not measured"),
            "{page}"
        );
    }
}
