//! How fast something grows.

use crate::statistics::median;

/// The slope of a line through points: the median of the slopes between neighbours, which a few steps up or down do not change. Nothing of
/// less than two points.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let slopes: Vec<f64> = points
        .windows(2)
        .filter(|pair| pair[0].0 != pair[1].0)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0))
        .collect();
    median(&slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_slope() {
        let points: Vec<_> = (0..10).map(|x| (f64::from(x), 5.0 - 0.5 * f64::from(x))).collect();
        assert_eq!(slope(&points), Some(-0.5));
        assert_eq!(slope(&points[..1]), None);
    }

    #[test]
    fn one_step_is_no_growth() {
        for step in 1..10 {
            let points: Vec<_> = (0..10)
                .map(|x| (f64::from(x), if x < step { 100.0 } else { 900.0 }))
                .collect();
            assert_eq!(slope(&points), Some(0.0), "at {step}");
        }
    }
}
