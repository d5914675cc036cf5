//! What typed handlers are to show, and what this run shows of it.

use super::{
    cases::{Case, CASES},
    results::Results,
    ways::way,
};
use crate::targets::Target;

/// The goals: a way, how many times another's median it may take, and in which cases.
const GOALS: [(&str, &str, f64, &[&str]); 4] = [
    ("ours_extension", "python", 0.45, &["typed_10_kb"]),
    ("ours_extension", "python", 0.25, &["typed_100_kb"]),
    ("ours_extension", "python", 0.15, &["typed_1_mb"]),
    (
        "ours_native",
        "os_only",
        1.02,
        &["typed_10_kb", "typed_100_kb", "typed_1_mb"],
    ),
];

/// All of them.
pub fn targets(results: &Results) -> Vec<Target> {
    GOALS
        .iter()
        .map(|(name, other, limit, names)| {
            let cases: Vec<&Case> = CASES.iter().filter(|case| names.contains(&case.name)).collect();
            let label = |name: &str| way(name).map_or(name.to_owned(), |way| way.label.to_owned());
            let labels: Vec<_> = cases.iter().map(|case| case.label).collect();
            let ratios: Option<Vec<_>> = cases
                .iter()
                .map(|case| results.case(case.name)?.ratio(name, other))
                .collect();
            let found = ratios.map(|ratios| {
                let worst = ratios.iter().copied().fold(0.0, f64::max);
                let texts: Vec<_> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
                (worst, texts.join(", "))
            });
            Target::at_most(
                &format!("{}: {}, p50", label(name), labels.join("; ")),
                &format!("≤ {limit} × {}", label(other)),
                *limit,
                found,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::sample;

    #[test]
    fn a_goal_is_held_in_each_of_its_cases() {
        let found = targets(&sample::results(&[
            ("ours_extension", 0.25),
            ("ours_native", 1.02),
            ("os_only", 1.0),
            ("python", 1.0),
        ]));
        let met: Vec<_> = found.iter().map(|target| target.is_met).collect();
        assert_eq!(met, [Some(true), Some(true), Some(false), Some(true)]);
        assert_eq!(found[3].value, "1.02, 1.02, 1.02");
        assert_eq!(found[0].goal, "≤ 0.45 × Python");
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        for target in targets(&sample::results(&[("python", 1.0)])) {
            assert_eq!((target.is_met, &*target.value), (None, "not measured"));
        }
    }
}
