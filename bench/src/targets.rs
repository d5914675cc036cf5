//! What the project set out to show, and what this run shows of it.

use crate::{
    events::SIZES,
    results::{Measures, Results},
};

/// Which sizes of events a goal is for.
type Sizes = fn(usize) -> bool;

const KB_10: usize = 10 * 1024;
const KB_100: usize = 100 * 1024;

/// A goal.
pub struct Target {
    /// What is measured.
    pub measure: String,
    /// What it ought to be.
    pub goal: String,
    /// What it is, or why that is not known.
    pub value: String,
    /// Whether that is met, where it is known.
    pub is_met: Option<bool>,
}

impl Target {
    /// A goal that a value of a unit stays within a limit.
    fn at_most(measure: &str, goal: &str, limit: f64, found: Option<(f64, String)>) -> Self {
        let (value, is_met) = match found {
            Some((value, text)) => (text, Some(value <= limit)),
            None => ("not measured".to_owned(), None),
        };
        Self {
            measure: measure.to_owned(),
            goal: goal.to_owned(),
            value,
            is_met,
        }
    }
}

/// All of them.
pub fn targets(results: &Results) -> Vec<Target> {
    let mut targets = Vec::new();
    for (suffix, with) in [("", ""), ("_mimalloc", ", mimalloc")] {
        targets.extend(times(results, suffix, with));
    }
    targets.push(Target::at_most(
        "ctypes dispatch, cold start",
        "≤ 0.8 ms above extension dispatch",
        0.8,
        difference(results, "ours_ctypes", "ours_extension", "ms", Measures::cold_start_ms),
    ));
    targets.push(Target::at_most(
        "ctypes dispatch, 19 B event, p50",
        "≤ 1.3 µs above extension dispatch",
        1.3,
        difference(results, "ours_ctypes", "ours_extension", "µs", |measures| {
            measures.p50_us(SIZES[0].bytes)
        }),
    ));
    for (name, label) in [("ours_extension", "extension"), ("ours_native", "native")] {
        targets.push(Target::at_most(
            &format!("cold start, {label} dispatch"),
            "≤ 3 ms above an empty Python handler",
            3.0,
            difference(results, name, "empty_python", "ms", Measures::cold_start_ms),
        ));
        targets.push(Target::at_most(
            &format!("cold start, {label} dispatch"),
            "≤ 1/3 of the Node.js proxy",
            1.0 / 3.0,
            quotient(results, name, "node_proxy", Measures::cold_start_ms).map(|(value, text)| {
                // No function on Python's runtime starts faster than an empty one.
                let floor = quotient(results, "empty_python", "node_proxy", Measures::cold_start_ms);
                let floor = floor.map_or_else(String::new, |(_, floor)| format!("; an empty Python handler: {floor}"));
                (value, text + &floor)
            }),
        ));
    }
    let hello = results.zip_bytes.get("hello").copied();
    targets.push(Target::at_most(
        "zip of `examples/hello`",
        "≤ 250 KB",
        250_000.0,
        hello.map(|bytes| (bytes as f64, format!("{:.1} KB", bytes as f64 / 1e3))),
    ));
    let builds = results.builds.as_ref();
    let of_cargo = |value: f64, other: f64| (value / other, format!("{:.2} ×", value / other));
    targets.push(Target::at_most(
        "zip of `examples/hello`",
        "≤ 0.55 × cargo-lambda's",
        0.55,
        builds.map(|builds| of_cargo(builds.bazel.zip_bytes as f64, builds.cargo_lambda.zip_bytes as f64)),
    ));
    for (measure, limit, text, with_tool) in [
        (
            "clean build, tools downloaded",
            1.3,
            "≤ 1.3 × cargo-lambda's release build",
            false,
        ),
        (
            "clean build, tools from source",
            2.5,
            "≤ 2.5 × cargo-lambda's release build",
            true,
        ),
    ] {
        targets.push(Target::at_most(
            measure,
            text,
            limit,
            builds.and_then(|builds| {
                let tool = if with_tool { builds.tool_s? } else { 0.0 };
                Some(of_cargo(builds.bazel.clean_s + tool, builds.cargo_lambda.clean_s))
            }),
        ));
    }
    for (measure, ours) in [
        ("one-line edit to new zip", builds.map(|builds| &builds.bazel)),
        (
            "one-line edit to new zip, `profile=dev`",
            builds.map(|builds| &builds.bazel_dev),
        ),
    ] {
        targets.push(Target::at_most(
            measure,
            "≤ 0.7 × cargo-lambda's release build",
            0.7,
            builds.and_then(|builds| Some(of_cargo(ours?.edit_s()?, builds.cargo_lambda.edit_s()?))),
        ));
    }
    targets
}

/// The goals for the time per invocation, of the zips whose names end with `suffix`.
fn times(results: &Results, suffix: &str, with: &str) -> Vec<Target> {
    let extension = format!("ours_extension{suffix}");
    let native = format!("ours_native{suffix}");
    let (all, small, large): (Sizes, Sizes, Sizes) = (|_| true, |bytes| bytes < KB_10, |bytes| bytes >= KB_100);
    let ratio = |dispatch: &str, which: &str, name: &str, other: &str, limit: f64, sizes: Sizes| {
        let what = format!("{dispatch} dispatch{with}, {which}");
        ratio(results, &what, name, other, limit, sizes)
    };
    vec![
        ratio("extension", "every event", &extension, "python", 0.95, all),
        Target::at_most(
            &format!("extension dispatch{with}, 19 B event, p50"),
            "≤ 2.5 µs above the client's floor",
            2.5,
            difference(results, &extension, "floor", "µs", |measures| {
                measures.p50_us(SIZES[0].bytes)
            }),
        ),
        ratio("extension", "from 100 KB", &extension, "os_only", 0.9, large),
        ratio("extension", "from 100 KB", &extension, "classic_ctypes", 0.3, large),
        ratio("native", "below 10 KB", &native, "os_only", 1.03, small),
        ratio("native", "from 100 KB", &native, "os_only", 0.9, large),
    ]
}

fn pair<'a>(results: &'a Results, name: &str, other: &str) -> Option<(&'a Measures, &'a Measures)> {
    Some((&results.peer(name)?.pinned, &results.peer(other)?.pinned))
}

/// The worst quotient of medians over the sizes that are asked for.
fn ratio(results: &Results, what: &str, name: &str, other: &str, limit: f64, sizes: Sizes) -> Target {
    let label = crate::peers::peer(other).map_or(other, |peer| peer.label);
    let ratios: Option<Vec<(f64, &str)>> = pair(results, name, other).and_then(|(ours, theirs)| {
        let sizes = SIZES.iter().filter(|size| sizes(size.bytes));
        sizes
            .map(|size| Some((ours.p50_us(size.bytes)? / theirs.p50_us(size.bytes)?, size.label)))
            .collect()
    });
    let found = ratios.map(|ratios| {
        let worst = ratios.iter().map(|(ratio, _)| *ratio).fold(0.0, f64::max);
        let texts: Vec<_> = ratios
            .iter()
            .map(|(ratio, label)| format!("{ratio:.2} ({label})"))
            .collect();
        (worst, texts.join(", "))
    });
    Target::at_most(&format!("{what}, p50"), &format!("≤ {limit} × {label}"), limit, found)
}

type Measure = fn(&Measures) -> Option<f64>;

fn difference(results: &Results, name: &str, other: &str, unit: &str, measure: Measure) -> Option<(f64, String)> {
    let (ours, theirs) = pair(results, name, other)?;
    let difference = measure(ours)? - measure(theirs)?;
    Some((difference, format!("{difference:+.1} {unit}")))
}

fn quotient(results: &Results, name: &str, other: &str, measure: Measure) -> Option<(f64, String)> {
    let (ours, theirs) = pair(results, name, other)?;
    let quotient = measure(ours)? / measure(theirs)?;
    Some((quotient, format!("{quotient:.2} ×")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn met(factors: &[(&str, f64)], measure: &str, goal: &str) -> (Option<bool>, String) {
        let targets = targets(&sample::results(factors));
        let mut found = targets
            .into_iter()
            .filter(|target| target.measure.starts_with(measure) && target.goal == goal);
        let target = found.next().unwrap();
        assert!(found.next().is_none(), "{measure}, {goal}");
        (target.is_met, target.value)
    }

    #[test]
    fn a_ratio_is_held_to_its_limit_at_every_size() {
        let goal = "≤ 0.95 × pure Python";
        let (is_met, value) = met(
            &[("ours_extension", 0.9), ("python", 1.0)],
            "extension dispatch, every event",
            goal,
        );
        assert_eq!(is_met, Some(true));
        assert!(
            value.starts_with("0.90 (19 B), 0.90 (1 KB)") && value.ends_with("0.90 (6 MB)"),
            "{value}"
        );
        let (is_met, _) = met(
            &[("ours_extension", 0.96), ("python", 1.0)],
            "extension dispatch, every event",
            goal,
        );
        assert_eq!(is_met, Some(false));
    }

    #[test]
    fn a_difference_is_one_of_medians() {
        let factors = [("ours_native", 7.5), ("empty_python", 5.0), ("node_proxy", 10.0)];
        let (is_met, value) = met(&factors, "cold start, native", "≤ 3 ms above an empty Python handler");
        assert_eq!((is_met, value.as_str()), (Some(true), "+2.5 ms"));
        let (is_met, value) = met(&factors, "cold start, native", "≤ 1/3 of the Node.js proxy");
        assert_eq!(
            (is_met, value.as_str()),
            (Some(false), "0.75 ×; an empty Python handler: 0.50 ×")
        );
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let (is_met, value) = met(
            &[("python", 1.0)],
            "extension dispatch, every event",
            "≤ 0.95 × pure Python",
        );
        assert_eq!((is_met, value.as_str()), (None, "not measured"));
    }
}
