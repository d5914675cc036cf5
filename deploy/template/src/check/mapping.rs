//! What Lambda would refuse of [mappings](https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html).

use serde_json::Value;

use super::target::Target;
use crate::{
    arn::service,
    settings::{QueueSettings, StreamSettings},
};

/// Says what Lambda would refuse of a queue.
pub(super) fn queue(source: &QueueSettings, problems: &mut Vec<String>) {
    let QueueSettings {
        queue,
        batch_size,
        batching_window_seconds,
        ..
    } = source;
    if service(queue) != "sqs" {
        problems.push(format!(
            "the queue {queue:?}: use its ARN, \"arn:aws:sqs:${{AWS::Region}}:${{AWS::AccountId}}:NAME\""
        ));
    }
    in_range("batch_size", Some(*batch_size), 1..=10_000, problems);
    in_range(
        "batching_window_seconds",
        Some(*batching_window_seconds),
        0..=300,
        problems,
    );
    in_range("maximum_concurrency", source.maximum_concurrency, 2..=1000, problems);
    if queue.ends_with(".fifo") && (*batch_size > 10 || *batching_window_seconds > 0) {
        problems.push(format!(
            "the queue {queue:?}: of FIFO queues, Lambda takes a `batch_size` of 10 at most, and no `batching_window_seconds`"
        ));
    } else if *batch_size > 10 && *batching_window_seconds == 0 {
        problems.push(format!(
            "`batch_size = {batch_size}`: above 10, set `batching_window_seconds` to 1 or more"
        ));
    }
    filters(&format!("the queue {queue:?}"), &source.filters, problems);
}

/// Says what Lambda would refuse of a stream of DynamoDB or Kinesis.
pub(super) fn stream(source: &StreamSettings, of: &str, problems: &mut Vec<String>) {
    let StreamSettings { stream, .. } = source;
    let what = format!("the stream {stream:?}");
    let (has_form, form) = match of {
        "dynamodb" => (
            stream.contains(":table/") && stream.contains("/stream/"),
            "\"arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/NAME/stream/TIME\" (the table's `LatestStreamArn`)",
        ),
        _ => (
            stream.contains(":stream/"),
            "\"arn:aws:kinesis:${AWS::Region}:${AWS::AccountId}:stream/NAME\"",
        ),
    };
    if service(stream) != of || !has_form {
        problems.push(format!("{what}: use its ARN, {form}"));
    }
    let positions = ["LATEST", "TRIM_HORIZON"];
    if !positions.contains(&&*source.starting_position) {
        problems.push(format!(
            "`starting_position = {:?}` of {what}: use \"LATEST\", or \"TRIM_HORIZON\" for all that the stream still holds",
            source.starting_position
        ));
    }
    in_range("batch_size", Some(source.batch_size), 1..=10_000, problems);
    in_range(
        "batching_window_seconds",
        Some(source.batching_window_seconds),
        0..=300,
        problems,
    );
    in_range("concurrent_batches", Some(source.concurrent_batches), 1..=10, problems);
    in_range(
        "maximum_age_seconds",
        source.maximum_age_seconds,
        60..=604_800,
        problems,
    );
    in_range("retries", source.retries, 0..=10_000, problems);
    filters(&what, &source.filters, problems);
    Target {
        attribute: "on_failure",
        of: " of the stream",
        arn: source.on_failure.as_ref(),
        services: &["sqs", "sns", "s3"],
    }
    .check(problems);
}

/// Says if a number, if there is one, is none that AWS takes.
pub(super) fn in_range(
    name: &str,
    value: Option<u64>,
    range: std::ops::RangeInclusive<u64>,
    problems: &mut Vec<String>,
) {
    if let Some(value) = value
        && !range.contains(&value)
    {
        problems.push(format!(
            "`{name} = {value}`: AWS takes {} to {}",
            range.start(),
            range.end()
        ));
    }
}

/// Says what Lambda would refuse of [filters](https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html).
fn filters(what: &str, filters: &[Value], problems: &mut Vec<String>) {
    const MOST: usize = 10;
    const LONGEST: usize = 4096;
    if filters.len() > MOST {
        problems.push(format!(
            "`filters` of {what} has {}, and Lambda takes 5, or {MOST} if the account's quota was raised",
            filters.len()
        ));
    }
    for filter in filters {
        if filter.as_object().is_none_or(serde_json::Map::is_empty) {
            problems.push(format!(
                "`filters` of {what} has {filter}: write a pattern as {{\"body\": {{\"kind\": [\"order\"]}}}}"
            ));
        }
        let length = filter.to_string().chars().count();
        if length > LONGEST {
            problems.push(format!(
                "`filters` of {what} has a pattern of {length} characters as JSON, and Lambda takes {LONGEST}"
            ));
        }
    }
}
