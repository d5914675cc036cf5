//! What X-Ray is asked: it takes short ranges of time, and short filters.

use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

/// The longest range of time that `GetTraceSummaries` takes.
const RANGE_MAX: Duration = Duration::from_secs(6 * 60 * 60);

/// How many characters of a [filter](https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html) X-Ray takes.
const FILTER_MAX: usize = 2_000;

/// Splits a time into ranges that X-Ray takes, oldest first.
pub(crate) fn ranges(time: Range<SystemTime>) -> Vec<Range<SystemTime>> {
    let mut ranges = Vec::new();
    let mut start = time.start;
    while start < time.end {
        let end = (start + RANGE_MAX).min(time.end);
        ranges.push(start..end);
        start = end;
    }
    ranges
}

/// Filters that together find the traces of all functions of these names in AWS.
///
/// A function's node and that of Lambda's service have the same name, and either is enough. Lambda's names need no quoting.
pub(crate) fn filters<'a>(functions: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut filters: Vec<String> = Vec::new();
    for function in functions {
        let service = format!("service(\"{function}\")");
        match filters.last_mut() {
            Some(filter) if filter.len() + " OR ".len() + service.len() <= FILTER_MAX => {
                *filter += " OR ";
                *filter += &service;
            }
            _ => filters.push(service),
        }
    }
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_range_is_longer_than_x_ray_takes() {
        let hour = Duration::from_secs(60 * 60);
        let start = SystemTime::UNIX_EPOCH;
        assert_eq!(ranges(start..start + hour), [start..start + hour]);
        assert_eq!(ranges(start..start + 6 * hour), [start..start + 6 * hour]);
        assert_eq!(
            ranges(start..start + 13 * hour),
            [
                start..start + 6 * hour,
                start + 6 * hour..start + 12 * hour,
                start + 12 * hour..start + 13 * hour
            ]
        );
    }

    #[test]
    fn a_filter_has_all_functions() {
        assert_eq!(filters(["shop-hello"]), [r#"service("shop-hello")"#]);
        assert_eq!(
            filters(["shop-hello", "shop-goodbye"]),
            [r#"service("shop-hello") OR service("shop-goodbye")"#]
        );
        assert!(filters([]).is_empty());
    }

    #[test]
    fn no_filter_is_longer_than_x_ray_takes() {
        let names: Vec<_> = (0..60).map(|number| format!("{number:064}")).collect();
        let filters = filters(names.iter().map(String::as_str));
        assert!(
            filters.len() > 1 && filters.iter().all(|filter| filter.len() <= 2_000),
            "{filters:?}"
        );
        for name in &names {
            let found = filters.iter().filter(|filter| filter.contains(name.as_str()));
            assert_eq!(found.count(), 1, "{name}");
        }
    }
}
