//! Medians and percentiles.

use serde::{Deserialize, Serialize};

/// What a number of samples come to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Summary {
    /// How many there were.
    pub count: usize,
    /// The least.
    pub min: f64,
    /// The median.
    pub p50: f64,
    /// What 90 % stay within.
    pub p90: f64,
    /// What 99 % stay within.
    pub p99: f64,
    /// The most.
    pub max: f64,
}

impl Summary {
    /// Sums samples up; there is nothing to say of none.
    pub fn of(samples: &[f64]) -> Option<Self> {
        let sorted = sorted(samples);
        Some(Self {
            count: sorted.len(),
            min: *sorted.first()?,
            p50: percentile(&sorted, 50.0)?,
            p90: percentile(&sorted, 90.0)?,
            p99: percentile(&sorted, 99.0)?,
            max: *sorted.last()?,
        })
    }
}

/// The median.
pub fn median(samples: &[f64]) -> Option<f64> {
    percentile(&sorted(samples), 50.0)
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The value that a share of sorted samples stays within; between two samples, what lies between them.
fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let position = percent / 100.0 * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    Some(below + (above - below) * position.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_the_two_in_the_middle() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_samples() {
        let samples: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let summary = Summary::of(&samples).unwrap();
        assert_eq!((summary.p50, summary.p90, summary.p99), (50.0, 90.0, 99.0));
        assert_eq!((summary.min, summary.max, summary.count), (0.0, 100.0, 101));
    }

    #[test]
    fn one_sample_is_all_of_them() {
        let summary = Summary::of(&[7.0]).unwrap();
        assert_eq!((summary.min, summary.p99, summary.max), (7.0, 7.0, 7.0));
        assert_eq!(Summary::of(&[]), None);
    }
}
