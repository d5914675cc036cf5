//! What AWS would refuse of what invokes a function: Lambda of
//! [queues](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html), EventBridge of
//! [rules](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html) and
//! [targets](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html), S3 of buckets, API Gateway of
//! [routes](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).

use serde_json::Value;

use crate::{
    check::{bucket, schedule},
    settings::{EventSource, FunctionSettings},
};

/// Says all that AWS would refuse of a function's event sources.
pub(super) fn check(function: &FunctionSettings, problems: &mut Vec<String>) {
    for (number, source) in function.event_sources.iter().enumerate() {
        check_one(source, &function.event_sources[..number], problems);
    }
}

/// Says what AWS would refuse of an event source that follows others of its function.
fn check_one(source: &EventSource, earlier: &[EventSource], problems: &mut Vec<String>) {
    match source {
        EventSource::Sqs {
            queue,
            batch_size,
            batching_window_seconds,
            ..
        } => {
            if !queue.starts_with("arn:") || !queue.contains(":sqs:") {
                problems.push(format!(
                    "the queue {queue:?}: use its ARN, \"arn:aws:sqs:${{AWS::Region}}:${{AWS::AccountId}}:NAME\""
                ));
            }
            if earlier
                .iter()
                .any(|other| matches!(other, EventSource::Sqs { queue: other, .. } if other == queue))
            {
                problems.push(format!("the queue {queue:?} is named twice: take out one"));
            }
            if !(1..=10_000).contains(batch_size) {
                problems.push(format!("`batch_size = {batch_size}`: Lambda takes 1 to 10000"));
            }
            if *batching_window_seconds > 300 {
                problems.push(format!(
                    "`batching_window_seconds = {batching_window_seconds}`: Lambda takes 0 to 300"
                ));
            }
            if queue.ends_with(".fifo") && (*batch_size > 10 || *batching_window_seconds > 0) {
                problems.push(format!(
                    "the queue {queue:?}: of FIFO queues, Lambda takes a `batch_size` of 10 at most, and no `batching_window_seconds`"
                ));
            } else if *batch_size > 10 && *batching_window_seconds == 0 {
                problems.push(format!(
                    "`batch_size = {batch_size}`: above 10, set `batching_window_seconds` to 1 or more"
                ));
            }
        }
        EventSource::Schedule { expression, input } => {
            if let Err(problem) = schedule::check(expression) {
                problems.push(format!("the schedule {expression:?}: {problem}"));
            }
            check_text("the schedule's `input`", input.as_ref(), 8192, problems);
        }
        EventSource::S3 {
            bucket,
            events,
            prefix,
            suffix,
        } => {
            if let Some(problem) = bucket::check_name(bucket) {
                problems.push(format!("the bucket {bucket:?}: {problem}"));
            }
            if events.is_empty() {
                problems.push(format!(
                    "`events` of the bucket {bucket:?} is empty: use S3's names, such as \"s3:ObjectCreated:*\""
                ));
            }
            for event in events.iter().filter(|event| !bucket::is_event(event)) {
                problems.push(format!(
                    "the event {event:?} of the bucket {bucket:?}: use one of S3's names, such as \"s3:ObjectCreated:*\""
                ));
            }
            for (name, value) in [("prefix", prefix), ("suffix", suffix)] {
                if value.len() > 1024 {
                    problems.push(format!(
                        "`{name}` of the bucket {bucket:?} has {} bytes, and keys have 1024 at most",
                        value.len()
                    ));
                }
            }
        }
        EventSource::HttpApi { method, path } => {
            let methods = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
            if !methods.contains(&&**method) {
                problems.push(format!("the method {method:?}: use one of {}", methods.join(", ")));
            }
            if path != "$default" && !path.starts_with('/') {
                problems.push(format!(
                    "the path {path:?}: start it with `/`, or use \"$default\" for all that no other takes"
                ));
            }
        }
        EventSource::EventPattern { pattern } => {
            if pattern.as_object().is_none_or(serde_json::Map::is_empty) {
                problems.push(format!(
                    "the event pattern {pattern}: write it as {{\"source\": [\"aws.s3\"]}}"
                ));
            }
            check_text("the event pattern", Some(pattern), 2048, problems);
        }
    }
}

/// Says if a value that is sent as JSON is longer than EventBridge takes.
fn check_text(what: &str, value: Option<&Value>, most: usize, problems: &mut Vec<String>) {
    let length = value.map_or(0, |value| value.to_string().chars().count());
    if length > most {
        problems.push(format!(
            "{what} has {length} characters as JSON, and EventBridge takes {most}"
        ));
    }
}
