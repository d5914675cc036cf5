//! S3's names: of buckets, and of the events in them.
//!
//! As its user guide has buckets' (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>), and its API's model,
//! which botocore publishes, the events' (the shape `Event`).

use std::fmt;

use super::pseudo::with_examples;
use crate::settings::{EventSource, Settings};

const EVENTS: [&str; 31] = [
    "s3:IntelligentTiering",
    "s3:LifecycleExpiration:*",
    "s3:LifecycleExpiration:Delete",
    "s3:LifecycleExpiration:DeleteMarkerCreated",
    "s3:LifecycleTransition",
    "s3:ObjectAcl:Put",
    "s3:ObjectAnnotation:*",
    "s3:ObjectAnnotation:Delete",
    "s3:ObjectAnnotation:Put",
    "s3:ObjectCreated:*",
    "s3:ObjectCreated:CompleteMultipartUpload",
    "s3:ObjectCreated:Copy",
    "s3:ObjectCreated:Post",
    "s3:ObjectCreated:Put",
    "s3:ObjectRemoved:*",
    "s3:ObjectRemoved:Delete",
    "s3:ObjectRemoved:DeleteMarkerCreated",
    "s3:ObjectRestore:*",
    "s3:ObjectRestore:Completed",
    "s3:ObjectRestore:Delete",
    "s3:ObjectRestore:Post",
    "s3:ObjectRetention:Put",
    "s3:ObjectTagging:*",
    "s3:ObjectTagging:Delete",
    "s3:ObjectTagging:Put",
    "s3:ReducedRedundancyLostObject",
    "s3:Replication:*",
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationNotTracked",
    "s3:Replication:OperationReplicatedAfterThreshold",
];

/// Says what S3 does not take of a bucket's name.
pub(super) fn check_name(bucket: &str) -> Option<&'static str> {
    let name = with_examples(bucket);
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_inner = |byte: u8| is_end(byte) || b".-".contains(&byte);
    if bucket.starts_with("arn:") || bucket.contains('/') {
        return Some("use its name alone");
    }
    if !(3..=63).contains(&name.len()) {
        return Some("a name has 3 to 63 characters");
    }
    if !name.bytes().all(is_inner) || !name.starts_with(|first| u8::try_from(first).is_ok_and(is_end)) {
        return Some("a name has small letters, digits, `.` and `-`, and begins with a letter or a digit");
    }
    if !name.ends_with(|last| u8::try_from(last).is_ok_and(is_end)) || name.contains("..") {
        return Some("a name ends with a letter or a digit, and has no two dots in a row");
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("a name does not look like an address");
    }
    let is_reserved = ["xn--", "sthree-", "amzn-s3-demo-"]
        .iter()
        .any(|start| name.starts_with(start))
        || ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
            .iter()
            .any(|end| name.ends_with(end));
    is_reserved.then_some("names that begin or end so are kept for Amazon's own use")
}

/// Whether S3 has an event of that name.
pub(super) fn is_event(name: &str) -> bool {
    EVENTS.contains(&name)
}

/// A notification of a bucket, for events and keys.
struct Notification<'a> {
    bucket: &'a str,
    event: &'a str,
    prefix: &'a str,
    suffix: &'a str,
}

impl Notification<'_> {
    /// Whether S3 would have to send an event
    /// [by both](https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html), which it does not.
    fn overlaps(&self, other: &Self) -> bool {
        let either = |starts: fn(&str, &str) -> bool, one: &str, other: &str| starts(one, other) || starts(other, one);
        let starts = |one: &str, other: &str| one.starts_with(other);
        let ends = |one: &str, other: &str| one.ends_with(other);
        let event = |name| str::strip_suffix(name, '*').unwrap_or(name);
        self.bucket == other.bucket
            && (self.event == other.event
                || self.event.ends_with('*') && other.event.starts_with(event(self.event))
                || other.event.ends_with('*') && self.event.starts_with(event(other.event)))
            && either(starts, self.prefix, other.prefix)
            && either(ends, self.suffix, other.suffix)
    }
}

impl fmt::Display for Notification<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{} of `{}*{}`", self.event, self.prefix, self.suffix)
    }
}

/// Says which notifications of a bucket would be of the same events, of whichever functions.
pub(super) fn check_overlaps(settings: &Settings, problems: &mut Vec<String>) {
    let mut earlier: Vec<Notification> = Vec::new();
    for source in settings.functions.iter().flat_map(|function| &function.event_sources) {
        let EventSource::S3 {
            bucket,
            events,
            prefix,
            suffix,
        } = source
        else {
            continue;
        };
        for event in events {
            let notification = Notification {
                bucket,
                event,
                prefix,
                suffix,
            };
            if let Some(other) = earlier.iter().find(|other| other.overlaps(&notification)) {
                problems.push(format!(
                    "the bucket {bucket:?}: {notification} and {other} can be of one object, and S3 takes one of them: take out the \
                     other, or use `event_source.s3_eventbridge`"
                ));
            }
            earlier.push(notification);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_s3_takes_them() {
        for name in [
            "orders",
            "my.bucket-1",
            "orders-${AWS::AccountId}-${AWS::Region}",
            "${AWS::StackName}-in",
        ] {
            assert_eq!(check_name(name), None, "{name}");
        }
        for name in [
            "Records_X",
            "ab",
            "-orders",
            "orders-",
            "or..ders",
            "192.168.0.1",
            "xn--orders",
            "orders--x-s3",
            "arn:aws:s3:::orders",
            "orders/in",
            &"x".repeat(64),
        ] {
            assert!(check_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn events_are_s3s_own() {
        assert!(is_event("s3:ObjectCreated:*"));
        assert!(!is_event("s3:Bogus"));
        assert!(!is_event("s3:*"));
    }
}
