//! What the project set out to show, and what this run shows of it.

use crate::{
    builds::Times,
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
    pub(crate) fn at_most(measure: &str, goal: &str, limit: f64, found: Option<(f64, String)>) -> Self {
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
    let mut targets = times(results);
    targets.extend(engines(results));
    for (name, label) in [("ours_extension", "default"), ("ours_native", "native")] {
        targets.push(Target::at_most(
            &format!("cold start, {label} dispatch"),
            "≤ 2.5 ms above an empty Python handler",
            2.5,
            difference(results, name, "empty_python", "ms", Measures::cold_start_ms),
        ));
    }
    targets.extend(builds(results));
    targets
}

/// The goals for the time per invocation.
fn times(results: &Results) -> Vec<Target> {
    let (default, native) = ("ours_extension", "ours_native");
    let (all, below_10, from_10, from_100): (Sizes, Sizes, Sizes, Sizes) = (
        |_| true,
        |bytes| bytes < KB_10,
        |bytes| bytes >= KB_10,
        |bytes| bytes >= KB_100,
    );
    vec![
        ratio(results, "default dispatch, every event", default, "python", 0.95, all),
        ratio(results, "default dispatch, from 10 KB", default, "python", 0.8, from_10),
        ratio(
            results,
            "default dispatch, from 100 KB",
            default,
            "os_only",
            0.75,
            from_100,
        ),
        ratio(
            results,
            "default dispatch, from 100 KB",
            default,
            "classic_ctypes",
            0.25,
            from_100,
        ),
        ratio(
            results,
            "native dispatch, below 10 KB",
            native,
            "os_only",
            1.02,
            below_10,
        ),
        ratio(
            results,
            "native dispatch, from 100 KB",
            native,
            "os_only",
            0.8,
            from_100,
        ),
    ]
}

/// The goals for what the slower engines add. `ours_extension` is driven inline.
fn engines(results: &Results) -> [Target; 2] {
    [("thread", "ours_sync_main", 6.0), ("loopback", "ours_layered", 25.0)].map(|(engine, name, limit)| {
        Target::at_most(
            &format!("{engine} engine, 19 B event, p50"),
            &format!("≤ {limit} µs above the inline engine"),
            limit,
            difference(results, name, "ours_extension", "µs", |measures| {
                measures.p50_us(SIZES[0].bytes)
            }),
        )
    })
}

/// The goals for zips and for how long they take to build.
fn builds(results: &Results) -> Vec<Target> {
    let hello = results.zip_bytes.get("hello").copied();
    let builds = results.builds.as_ref();
    let of_cargo = |value: f64, other: f64| (value / other, format!("{:.2} ×", value / other));
    let edit = |ours: Option<&Times>| Some(of_cargo(ours?.edit_s()?, builds?.cargo_lambda.edit_s()?));
    vec![
        Target::at_most(
            "zip of `examples/hello`",
            "≤ 300 KB",
            300_000.0,
            hello.map(|bytes| (bytes as f64, format!("{:.1} KB", bytes as f64 / 1e3))),
        ),
        Target::at_most(
            "zip of `examples/hello`",
            "≤ 0.52 × cargo-lambda's",
            0.52,
            builds.map(|builds| of_cargo(builds.bazel.zip_bytes as f64, builds.cargo_lambda.zip_bytes as f64)),
        ),
        Target::at_most(
            "clean build, tools from source",
            "≤ 2.5 × cargo-lambda's release build",
            2.5,
            builds.and_then(|builds| {
                Some(of_cargo(
                    builds.bazel.clean_s + builds.tool_s?,
                    builds.cargo_lambda.clean_s,
                ))
            }),
        ),
        Target::at_most(
            "one-line edit to new zip",
            "≤ 1 × cargo-lambda's release build",
            1.0,
            edit(builds.map(|builds| &builds.bazel)),
        ),
        Target::at_most(
            "one-line edit to new zip, `profile=dev`",
            "≤ 0.7 × cargo-lambda's release build",
            0.7,
            edit(builds.map(|builds| &builds.bazel_dev)),
        ),
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
            "default dispatch, every event",
            goal,
        );
        assert_eq!(is_met, Some(true));
        assert!(
            value.starts_with("0.90 (19 B), 0.90 (1 KB)") && value.ends_with("0.90 (6 MB)"),
            "{value}"
        );
        let (is_met, _) = met(
            &[("ours_extension", 0.96), ("python", 1.0)],
            "default dispatch, every event",
            goal,
        );
        assert_eq!(is_met, Some(false));
    }

    #[test]
    fn a_ratio_is_of_the_sizes_that_it_is_for() {
        let (_, value) = met(
            &[("ours_extension", 0.9), ("python", 1.0)],
            "default dispatch, from 10 KB",
            "≤ 0.8 × pure Python",
        );
        assert!(value.starts_with("0.90 (10 KB), 0.90 (100 KB)"), "{value}");
        let (_, value) = met(
            &[("ours_native", 0.9), ("os_only", 1.0)],
            "native dispatch, below 10 KB",
            "≤ 1.02 × OS-only runtime",
        );
        assert_eq!(value, "0.90 (19 B), 0.90 (1 KB)");
    }

    #[test]
    fn a_difference_is_one_of_medians() {
        let factors = [("ours_native", 7.5), ("empty_python", 5.0)];
        let (is_met, value) = met(&factors, "cold start, native", "≤ 2.5 ms above an empty Python handler");
        assert_eq!((is_met, value.as_str()), (Some(true), "+2.5 ms"));
    }

    #[test]
    fn engines_are_held_to_what_they_add_to_the_inline_one() {
        let factors = [("ours_extension", 1.0), ("ours_sync_main", 1.5), ("ours_layered", 3.0)];
        let (is_met, value) = met(&factors, "loopback engine", "≤ 25 µs above the inline engine");
        assert_eq!((is_met, value.as_str()), (Some(false), "+38.0 µs"));
        let (is_met, value) = met(&factors, "thread engine", "≤ 6 µs above the inline engine");
        assert_eq!((is_met, value.as_str()), (Some(false), "+9.5 µs"));
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let (is_met, value) = met(
            &[("python", 1.0)],
            "default dispatch, every event",
            "≤ 0.95 × pure Python",
        );
        assert_eq!((is_met, value.as_str()), (None, "not measured"));
    }
}
