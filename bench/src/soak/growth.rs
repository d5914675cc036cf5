//! How fast something grows.

use crate::statistics::median;

/// The slope of a line through points: the median of the slopes between each two, which one step up or down does not change. Nothing of
/// less than two points.
pub fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let slopes: Vec<f64> = points
        .iter()
        .enumerate()
        .flat_map(|(index, one)| points[index + 1..].iter().map(move |other| (one, other)))
        .filter(|(one, other)| one.0 != other.0)
        .map(|(one, other)| (other.1 - one.1) / (other.0 - one.0))
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
        let mut points: Vec<_> = (0..10).map(|x| (f64::from(x), 100.0)).collect();
        points[9].1 = 900.0;
        assert_eq!(slope(&points), Some(0.0));
    }
}
