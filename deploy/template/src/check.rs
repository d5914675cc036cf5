//! What Lambda would refuse, found before anything is built or sent.

mod bucket;
mod schedule;
mod tags;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{
    function::DIGEST_IN_DESCRIPTION,
    layer::layer_name,
    names::logical_id,
    settings::{EventSource, FunctionSettings, Settings},
};

/// The days that CloudWatch Logs can keep logs for.
const RETENTION_DAYS: [u64; 23] = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// Variables that Lambda sets itself and refuses to be given.
const RESERVED_VARIABLES: [&str; 20] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
];

/// Fails with all that is wrong with a stack's settings.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let mut problems = Vec::new();
    tags::check(&settings.aws_tags, &mut problems);
    let mut layers: BTreeMap<String, &str> = BTreeMap::new();
    for layer in &settings.stack_layers {
        // Behind a stack's name of one letter. How long that is, the deployer knows.
        let length = layer.name.len() + "s-".len();
        if length > LONGEST_LAYER_NAME {
            problems.push(format!(
                "the layer {} is called <stack>-{}, which has {length} characters or more, and Lambda takes {LONGEST_LAYER_NAME}: shorten \
                 the target's name",
                layer.label, layer.name
            ));
        }
        if let Some(other) = layers.insert(layer_name(&layer.name), &layer.label) {
            problems.push(format!(
                "the layers {other} and {} would have one name, and Lambda gives a function one version of a layer: name one of the \
                 targets otherwise",
                layer.label
            ));
        }
    }
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for function in &settings.functions {
        let id = logical_id(&function.name);
        if id.is_empty() {
            problems.push(format!(
                "{:?} has no letter or digit: name the function otherwise",
                function.name
            ));
        }
        if let Some(other) = ids.insert(id, &function.name) {
            problems.push(format!(
                "{other:?} and {:?} are the same to CloudFormation, which takes letters and digits alone: name one of them otherwise",
                function.name
            ));
        }
        let is_single = settings.functions.len() == 1;
        problems.extend(
            check_function(settings, function)
                .into_iter()
                .map(|problem| match is_single {
                    true => problem,
                    false => format!("{}: {problem}", function.name),
                }),
        );
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}:\n  - {}", settings.label, problems.join("\n  - "))
}

fn check_function(settings: &Settings, function: &FunctionSettings) -> Vec<String> {
    let mut problems = Vec::new();
    check_name(settings, function, &mut problems);
    check_sizes(settings, function, &mut problems);
    check_environment(function, &mut problems);
    check_role(function, &mut problems);
    check_versions(settings, function, &mut problems);
    check_url(settings, function, &mut problems);
    for (number, source) in function.event_sources.iter().enumerate() {
        check_event_source(function, source, number, &mut problems);
    }
    if settings.edge {
        check_edge(settings, function, &mut problems);
    }
    problems
}

/// How long a layer's name may be.
const LONGEST_LAYER_NAME: usize = 140;

/// How long a function's name may be.
const LONGEST_NAME: usize = 64;

fn check_name(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if let Some(name) = &function.function_name
        && (name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_valid))
    {
        problems.push(format!(
            "a function can't be named {name:?}: use 1 to {LONGEST_NAME} letters, digits, `-` and `_`"
        ));
    }
    // Of a stack with a name of one letter. How long the stack's name is, the deployer knows.
    let length = function.name.len() + "s-".len();
    if function.function_name.is_none() && settings.functions.len() > 1 && length > LONGEST_NAME {
        problems.push(format!(
            "the function is called <stack>-{}, which has {length} characters or more, and Lambda takes {LONGEST_NAME}: name it \
             otherwise in `handlers`",
            function.name
        ));
    }
    if function.handler.len() > 128 {
        problems.push(format!(
            "the handler {:?} has {} characters, and Lambda takes 128",
            function.handler,
            function.handler.len()
        ));
    }
    let length = function.description.chars().count();
    let most = 256 - DIGEST_IN_DESCRIPTION.len();
    if length > most {
        problems.push(format!(
            "`description` has {length} characters: Lambda takes {most} and `{DIGEST_IN_DESCRIPTION}`, which is added"
        ));
    }
}

fn check_sizes(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    for (name, value, least, most, unit) in [
        ("memory_mb", function.memory_mb, 128, 10_240, "MB"),
        ("timeout_seconds", function.timeout_seconds, 1, 900, "seconds"),
        ("ephemeral_storage_mb", function.ephemeral_storage_mb, 512, 10_240, "MB"),
    ] {
        if !(least..=most).contains(&value) {
            problems.push(format!("`{name} = {value}`: Lambda takes {least} to {most} {unit}"));
        }
    }
    if !RETENTION_DAYS.contains(&function.log_retention_days) {
        let all: Vec<_> = RETENTION_DAYS.iter().map(u64::to_string).collect();
        problems.push(format!(
            "`log_retention_days = {}`: CloudWatch Logs takes {} (0 is for ever)",
            function.log_retention_days,
            all.join(", ")
        ));
    }
    if !["JSON", "Text"].contains(&&*function.log_format) {
        problems.push(format!(
            "`log_format = {:?}`: use \"JSON\" or \"Text\"",
            function.log_format
        ));
    }
    let (own, others) = (settings.stack_layers.len(), function.layers.len());
    if own + others > 5 {
        problems.push(if own == 0 {
            format!("`layers` has {others}, and Lambda takes 5")
        } else {
            format!(
                "`layers` has {others} besides the {own} of {}, and Lambda takes 5",
                settings.zip_label
            )
        });
    }
    for layer in &function.layers {
        if !layer.starts_with("arn:") || layer.replace("AWS::", "").split(':').count() != 8 {
            problems.push(format!(
                "`layers` has {layer:?}: use the ARN of a layer's version, \
                 \"arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION\""
            ));
        }
    }
    for (name, ids, most) in [
        ("subnet_ids", &function.subnet_ids, 16),
        ("security_group_ids", &function.security_group_ids, 5),
    ] {
        if ids.len() > most {
            problems.push(format!("`{name}` has {}, and Lambda takes {most}", ids.len()));
        }
    }
    if function.subnet_ids.is_empty() != function.security_group_ids.is_empty() {
        problems.push("set both `subnet_ids` and `security_group_ids`, or neither".to_owned());
    }
}

fn check_environment(function: &FunctionSettings, problems: &mut Vec<String>) {
    for name in function.env.keys() {
        let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if RESERVED_VARIABLES.contains(&&**name) {
            problems.push(format!("`env` has {name}, which Lambda sets itself: take it out"));
        } else if !starts_well || name.len() < 2 || !name.bytes().all(is_valid) {
            problems.push(format!(
                "`env` has {name:?}: a name starts with a letter, has two characters or more, and letters, digits and `_` alone"
            ));
        }
    }
    let size: usize = function.env.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > 4096 {
        problems.push(format!(
            "`env` has {size} bytes, and Lambda takes 4096: keep large values in the zip (`data`), SSM or S3"
        ));
    }
}

fn check_role(function: &FunctionSettings, problems: &mut Vec<String>) {
    let has_policies = !function.policies.is_empty() || !function.policy_statements.is_empty();
    if let Some(role) = &function.role {
        if !role.starts_with("arn:") {
            problems.push(format!(
                "`role = {role:?}`: use the role's ARN, \"arn:aws:iam::ACCOUNT:role/NAME\""
            ));
        }
        if has_policies {
            problems.push(
                "`role` is one that the stack does not make, so it can't be given `policies` or `policy_statements`: \
                 take out one or the other"
                    .to_owned(),
            );
        }
    }
    for policy in &function.policies {
        if !policy.starts_with("arn:") {
            problems.push(format!(
                "`policies` has {policy:?}: use the ARN of a managed policy, such as \
                 \"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess\""
            ));
        }
    }
    for statement in &function.policy_statements {
        let has = |name: &str| statement.get(name).is_some();
        if !(has("Action") || has("NotAction")) || !(has("Resource") || has("NotResource")) {
            problems.push(format!(
                "`policy_statements` has {statement}: write it as {{\"Action\": [\"dynamodb:GetItem\"], \"Resource\": [\"arn:…\"]}}"
            ));
        }
    }
    if let Some(target) = &function.dead_letter_target
        && !(target.starts_with("arn:") && (target.contains(":sqs:") || target.contains(":sns:")))
    {
        problems.push(format!(
            "`dead_letter_target = {target:?}`: use the ARN of an SQS queue or an SNS topic"
        ));
    }
}

fn check_versions(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    if function.snap_start {
        if !settings.runtime.starts_with("python3.") || ["python3.10", "python3.11"].contains(&&*settings.runtime) {
            problems.push(format!(
                "`snap_start`: Lambda takes no snapshots of {}; set `runtime = \"python3.13\"` in {}",
                settings.runtime, settings.zip_label
            ));
        }
        if function.provisioned_concurrency > 0 {
            problems.push("`snap_start` and `provisioned_concurrency` exclude each other: take out one".to_owned());
        }
        if function.ephemeral_storage_mb > 512 {
            problems.push("`snap_start` works with `ephemeral_storage_mb = 512` alone".to_owned());
        }
    }
    if let Some(reserved) = function.reserved_concurrency
        && reserved < function.provisioned_concurrency
    {
        problems.push(format!(
            "`provisioned_concurrency = {}` is more than `reserved_concurrency = {reserved}`: raise that",
            function.provisioned_concurrency
        ));
    }
}

fn check_url(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    if function.url_streaming && function.url.is_none() {
        problems.push("`url_streaming` needs a URL: set `url = \"AWS_IAM\"`, or \"NONE\" for everybody".to_owned());
    }
    if function.url_streaming && !settings.streaming {
        problems.push(format!(
            "`url_streaming`: {} can't stream, as Python's runtime client does not; set `dispatch = \"native\"` there, or \
             `runtime = \"provided.al2023\"`",
            settings.zip_label
        ));
    }
    if function.url_streaming && function.snap_start {
        problems.push(
            "`url_streaming` and `snap_start` exclude each other: under SnapStart, Python's runtime client is in charge".to_owned(),
        );
    }
}

fn check_event_source(function: &FunctionSettings, source: &EventSource, number: usize, problems: &mut Vec<String>) {
    let is_twice = |same: &dyn Fn(&EventSource) -> bool| function.event_sources[..number].iter().any(same);
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
            if is_twice(&|other| matches!(other, EventSource::Sqs { queue: named, .. } if named == queue)) {
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

fn check_edge(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    let mut refuse = |is_set: bool, name: &str| {
        if is_set {
            problems.push(format!("`{name}`: Lambda@Edge has none; take it out"));
        }
    };
    refuse(!function.env.is_empty(), "env");
    refuse(
        !function.layers.is_empty() || !settings.stack_layers.is_empty(),
        "layers",
    );
    refuse(!function.subnet_ids.is_empty(), "subnet_ids");
    refuse(function.tracing, "tracing");
    refuse(function.dead_letter_target.is_some(), "dead_letter_target");
    refuse(function.reserved_concurrency.is_some(), "reserved_concurrency");
    refuse(function.has_alias() && !function.snap_start, "provisioned_concurrency");
    refuse(function.snap_start, "snap_start");
    refuse(function.url.is_some(), "url");
    refuse(!function.event_sources.is_empty(), "event_sources");
    refuse(function.ephemeral_storage_mb != 512, "ephemeral_storage_mb");
    if function.timeout_seconds > 30 {
        problems.push(format!(
            "`timeout_seconds = {}`: Lambda@Edge takes 30 for origin events, 5 for viewer events",
            function.timeout_seconds
        ));
    }
    if settings.architecture != "x86_64" {
        problems.push(format!(
            "Lambda@Edge runs on x86_64 alone: set `architecture = \"x86_64\"` in {}",
            settings.zip_label
        ));
    }
}
