//! What Lambda would refuse of a function, by its
//! [configuration](https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html) and its
//! [quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).

use stack_metadata::FUNCTION_NAME_MAX;

use crate::{
    check::{event_source, mapping::in_range, target::Target},
    function::DIGEST_IN_DESCRIPTION,
    settings::{FunctionSettings, Settings},
};

/// The days that CloudWatch Logs can
/// [keep logs for](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html); 0 is for ever.
const RETENTION_DAYS: [u64; 23] = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/// [Variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime) that Lambda sets itself
/// and refuses to be given.
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

/// Says all that Lambda would refuse of a function.
pub(super) fn check(settings: &Settings, function: &FunctionSettings) -> Vec<String> {
    let mut problems = Vec::new();
    check_name(settings, function, &mut problems);
    check_sizes(settings, function, &mut problems);
    check_environment(function, &mut problems);
    check_role(function, &mut problems);
    check_versions(settings, function, &mut problems);
    check_url(settings, function, &mut problems);
    check_asynchronous(function, &mut problems);
    event_source::check(function, &mut problems);
    if settings.edge {
        check_edge(settings, function, &mut problems);
    }
    problems
}

fn check_name(settings: &Settings, function: &FunctionSettings, problems: &mut Vec<String>) {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if let Some(name) = &function.function_name
        && (name.is_empty() || name.len() > FUNCTION_NAME_MAX || !name.bytes().all(is_valid))
    {
        problems.push(format!(
            "a function can't be named {name:?}: use 1 to {FUNCTION_NAME_MAX} letters, digits, `-` and `_`"
        ));
    }
    // Of a stack with a name of one letter. How long the stack's name is, the deployer knows.
    let length = function.name.len() + "s-".len();
    if function.function_name.is_none() && settings.functions.len() > 1 && length > FUNCTION_NAME_MAX {
        problems.push(format!(
            "the function is called <stack>-{}, which has {length} characters or more, and Lambda takes {FUNCTION_NAME_MAX}: name it \
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

/// What Lambda would refuse of [asynchronous events](https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html).
fn check_asynchronous(function: &FunctionSettings, problems: &mut Vec<String>) {
    in_range("async_retries", function.async_retries, 0..=2, problems);
    in_range(
        "async_max_age_seconds",
        function.async_max_age_seconds,
        60..=21_600,
        problems,
    );
    let services = ["sqs", "sns", "lambda", "events", "s3"];
    for (attribute, arn, services) in [
        ("dead_letter_target", &function.dead_letter_target, &services[..2]),
        ("on_failure", &function.on_failure, &services[..]),
        // Buckets take failed ones alone.
        ("on_success", &function.on_success, &services[..4]),
    ] {
        Target {
            attribute,
            of: "",
            arn: arn.as_ref(),
            services,
        }
        .check(problems);
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

/// What [Lambda@Edge](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html) has not.
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
    refuse(function.async_retries.is_some(), "async_retries");
    refuse(function.async_max_age_seconds.is_some(), "async_max_age_seconds");
    refuse(function.on_failure.is_some(), "on_failure");
    refuse(function.on_success.is_some(), "on_success");
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
