//! What Lambda fetches events from itself: queues and streams, by
//! [mappings](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html). The
//! function's role, not a permission, lets it do so.

use serde_json::{Value, json};

use crate::{
    function::{Destination, Parts},
    names::{Names, text, unique_id},
    settings::{QueueSettings, StreamSettings},
};

/// Adds the mapping of a queue.
pub(super) fn queue(parts: &mut Parts, names: &Names, destination: &Destination, queue: &QueueSettings) {
    let mut mapping = mapping(destination, &queue.queue, queue.batch_size, &queue.filters);
    if queue.batching_window_seconds > 0 {
        mapping["MaximumBatchingWindowInSeconds"] = json!(queue.batching_window_seconds);
    }
    if queue.report_batch_item_failures {
        mapping["FunctionResponseTypes"] = json!(["ReportBatchItemFailures"]);
    }
    if let Some(concurrency) = queue.maximum_concurrency {
        mapping["ScalingConfig"] = json!({"MaximumConcurrency": concurrency});
    }
    // Its ARN begins as every queue's does.
    let id = unique_id(&queue.queue);
    let id = names.resource(&format!("Queue{}", id.trim_start_matches("ArnAwsSqs")));
    parts.resource(id, "AWS::Lambda::EventSourceMapping", mapping);
}

/// Adds the mapping of a stream of DynamoDB or Kinesis.
pub(super) fn stream(parts: &mut Parts, names: &Names, destination: &Destination, stream: &StreamSettings) {
    let mut mapping = mapping(destination, &stream.stream, stream.batch_size, &stream.filters);
    let mut set = |name: &str, value: Value| mapping[name] = value;
    set("StartingPosition", json!(stream.starting_position));
    if stream.batching_window_seconds > 0 {
        set("MaximumBatchingWindowInSeconds", json!(stream.batching_window_seconds));
    }
    if stream.concurrent_batches != 1 {
        set("ParallelizationFactor", json!(stream.concurrent_batches));
    }
    if let Some(age) = stream.maximum_age_seconds {
        set("MaximumRecordAgeInSeconds", json!(age));
    }
    if let Some(retries) = stream.retries {
        set("MaximumRetryAttempts", json!(retries));
    }
    if stream.split_on_error {
        set("BisectBatchOnFunctionError", json!(true));
    }
    if stream.report_batch_item_failures {
        set("FunctionResponseTypes", json!(["ReportBatchItemFailures"]));
    }
    if let Some(target) = &stream.on_failure {
        set("DestinationConfig", json!({"OnFailure": {"Destination": text(target)}}));
    }
    let id = names.resource(&format!("Stream{}", unique_id(&stream.stream)));
    parts.resource(id, "AWS::Lambda::EventSourceMapping", mapping);
}

fn mapping(destination: &Destination, source: &str, batch_size: u64, filters: &[Value]) -> Value {
    let mut mapping = json!({
        "BatchSize": batch_size,
        "EventSourceArn": text(source),
        "FunctionName": destination.reference,
    });
    if !filters.is_empty() {
        let filters: Vec<_> = filters
            .iter()
            .map(|pattern| json!({"Pattern": text(&pattern.to_string())}))
            .collect();
        mapping["FilterCriteria"] = json!({"Filters": filters});
    }
    mapping
}
