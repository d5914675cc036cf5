//! Which traces are printed, and when, while further ones are waited for.

use std::collections::HashMap;

use aws_sdk_xray::types::TraceSummary;

use super::id;

/// What X-Ray says of a trace before its segments are asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) id: String,
    /// In seconds since 1970.
    pub(crate) start: f64,
    /// Whether segments of it are in progress.
    is_partial: bool,
    /// It grows with each segment that X-Ray gets.
    revision: i32,
}

impl From<TraceSummary> for Summary {
    fn from(summary: TraceSummary) -> Self {
        let id = summary.id().unwrap_or_default();
        Self {
            id: id.to_owned(),
            start: summary
                .start_time()
                .map_or_else(|| id::time(id).into(), |time| time.as_secs_f64()),
            is_partial: summary.is_partial().unwrap_or_default(),
            revision: summary.revision(),
        }
    }
}

/// The traces that X-Ray told of last, by their IDs.
#[derive(Default)]
pub(crate) struct Known(HashMap<String, State>);

struct State {
    revision: i32,
    is_printed: bool,
}

impl Known {
    /// Those that are complete, which are to be printed at once.
    pub(crate) fn complete(&mut self, found: Vec<Summary>) -> Vec<Summary> {
        let complete: Vec<_> = found.into_iter().filter(|summary| !summary.is_partial).collect();
        self.0 = complete
            .iter()
            .map(|Summary { id, revision, .. }| {
                let state = State {
                    revision: *revision,
                    is_printed: true,
                };
                (id.clone(), state)
            })
            .collect();
        complete
    }

    /// Those that are complete and did not grow since the last time, unless they are printed: the segments of one call come one by one.
    ///
    /// One that grows later is printed anew.
    pub(crate) fn settled(&mut self, found: Vec<Summary>) -> Vec<Summary> {
        let mut settled = Vec::new();
        let mut known = HashMap::new();
        for summary in found {
            let former = self
                .0
                .get(&summary.id)
                .filter(|former| former.revision == summary.revision);
            let was_printed = former.is_some_and(|former| former.is_printed);
            let is_due = former.is_some() && !was_printed && !summary.is_partial;
            let state = State {
                revision: summary.revision,
                is_printed: was_printed || is_due,
            };
            known.insert(summary.id.clone(), state);
            if is_due {
                settled.push(summary);
            }
        }
        self.0 = known;
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1-58406520-a006649127e371903a2de979";

    fn summary(revision: i32, is_partial: bool) -> Vec<Summary> {
        vec![Summary {
            id: ID.to_owned(),
            start: 0.0,
            is_partial,
            revision,
        }]
    }

    #[test]
    fn a_trace_is_printed_once_it_grows_no_more() {
        let mut known = Known::default();
        assert_eq!(known.complete(summary(1, true)), []);
        assert_eq!(known.settled(summary(1, true)), []);
        assert_eq!(known.settled(summary(1, true)), []);
        assert_eq!(known.settled(summary(2, false)), []);
        assert_eq!(known.settled(summary(3, false)), []);
        assert_eq!(known.settled(summary(3, false)), summary(3, false));
        assert_eq!(known.settled(summary(3, false)), []);
        // Work that went on after the response.
        assert_eq!(known.settled(summary(4, false)), []);
        assert_eq!(known.settled(summary(4, false)), summary(4, false));
    }

    #[test]
    fn what_was_there_before_is_not_printed_again() {
        let mut known = Known::default();
        assert_eq!(known.complete(summary(2, false)), summary(2, false));
        assert_eq!(known.settled(summary(2, false)), []);
        assert_eq!(known.settled(vec![]), []);
    }

    #[test]
    fn a_summary_has_the_time_of_its_trace() {
        let summary = TraceSummary::builder().id(ID).build();
        assert_eq!(Summary::from(summary).start, 1_480_615_200.0);
        let time = aws_sdk_xray::primitives::DateTime::from_secs_f64(1.5);
        let summary = TraceSummary::builder().id(ID).start_time(time);
        let summary = Summary::from(summary.is_partial(true).revision(2).build());
        let expected = Summary {
            id: ID.to_owned(),
            start: 1.5,
            is_partial: true,
            revision: 2,
        };
        assert_eq!(summary, expected);
    }
}
