//! What AWS would refuse of what invokes a function: Lambda of
//! [queues](https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html), EventBridge of
//! [rules](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html) and
//! [targets](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html), S3 of buckets, API Gateway of
//! [routes](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).

use serde_json::Value;

use crate::{
    arn::service,
    check::{
        bucket, load_balancer,
        mapping::{self, in_range},
        pseudo::with_examples,
        schedule,
        target::Target,
    },
    event_source::object_pattern,
    settings::{EventSource, FunctionSettings, SchedulerSettings, TopicSettings},
};

/// Says all that AWS would refuse of a function's event sources.
pub(super) fn check(function: &FunctionSettings, problems: &mut Vec<String>) {
    for (number, source) in function.event_sources.iter().enumerate() {
        check_one(source, &function.event_sources[..number], problems);
    }
}

/// What happens to [objects](https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html), as EventBridge calls it.
const OBJECT_EVENTS: [&str; 10] = [
    "Object ACL Updated",
    "Object Access Tier Changed",
    "Object Created",
    "Object Deleted",
    "Object Restore Completed",
    "Object Restore Expired",
    "Object Restore Initiated",
    "Object Storage Class Changed",
    "Object Tags Added",
    "Object Tags Deleted",
];

/// The [triggers](https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html) of a user
/// pool, but for those that need a key or a version of their events besides.
const TRIGGERS: [&str; 10] = [
    "CreateAuthChallenge",
    "CustomMessage",
    "DefineAuthChallenge",
    "PostAuthentication",
    "PostConfirmation",
    "PreAuthentication",
    "PreSignUp",
    "PreTokenGeneration",
    "UserMigration",
    "VerifyAuthChallengeResponse",
];

/// Says what AWS would refuse of an event source that follows others of its function.
fn check_one(source: &EventSource, earlier: &[EventSource], problems: &mut Vec<String>) {
    if let Some(what) = fetched(source)
        && earlier.iter().any(|other| fetched(other).as_ref() == Some(&what))
    {
        problems.push(format!("{what} is named twice: take out one"));
    }
    match source {
        EventSource::Sqs(source) => mapping::queue(source, problems),
        EventSource::Dynamodb(source) => mapping::stream(source, "dynamodb", problems),
        EventSource::Kinesis(source) => mapping::stream(source, "kinesis", problems),
        EventSource::Sns(source) => check_topic(source, problems),
        EventSource::Alb(source) => load_balancer::check(source, problems),
        EventSource::Cognito { user_pool, triggers } => check_user_pool(user_pool, triggers, problems),
        EventSource::Iot { sql } => {
            let keyword = sql.split_whitespace().next().unwrap_or_default();
            if !keyword.eq_ignore_ascii_case("SELECT") {
                problems.push(format!(
                    "the rule {sql:?} of IoT: write it as \"SELECT * FROM 'sensors/+/temperature'\""
                ));
            }
        }
        EventSource::S3Eventbridge {
            bucket,
            types,
            prefix,
            suffix,
        } => {
            if let Some(problem) = bucket::check_name(bucket) {
                problems.push(format!("the bucket {bucket:?}: {problem}"));
            }
            if types.is_empty() {
                problems.push(format!(
                    "`types` of the bucket {bucket:?} is empty: use EventBridge's names, such as \"Object Created\""
                ));
            }
            for name in types.iter().filter(|name| !OBJECT_EVENTS.contains(&&***name)) {
                problems.push(format!(
                    "`types` of the bucket {bucket:?} has {name:?}: use one of {}",
                    OBJECT_EVENTS.join(", ")
                ));
            }
            check_key(bucket, prefix, suffix, problems);
            let pattern = object_pattern(bucket, types, prefix, suffix);
            check_pattern(&format!("the pattern for the bucket {bucket:?}"), &pattern, problems);
        }
        EventSource::Scheduler(source) => check_scheduler(source, problems),
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
            check_key(bucket, prefix, suffix, problems);
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
            check_pattern("the event pattern", pattern, problems);
        }
    }
}

/// What a function can be given once.
fn fetched(source: &EventSource) -> Option<String> {
    match source {
        EventSource::Sqs(source) => Some(format!("the queue {:?}", source.queue)),
        EventSource::Dynamodb(source) | EventSource::Kinesis(source) => Some(format!("the stream {:?}", source.stream)),
        EventSource::Sns(source) => Some(format!("the topic {:?}", source.topic)),
        _ => None,
    }
}

/// Says what [SNS](https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html) would refuse.
fn check_topic(source: &TopicSettings, problems: &mut Vec<String>) {
    let TopicSettings { topic, .. } = source;
    if service(topic) != "sns" {
        problems.push(format!(
            "the topic {topic:?}: use its ARN, \"arn:aws:sns:${{AWS::Region}}:${{AWS::AccountId}}:NAME\""
        ));
    } else if topic.ends_with(".fifo") {
        problems.push(format!(
            "the topic {topic:?}: FIFO topics invoke no functions; subscribe a queue, and use `event_source.sqs`"
        ));
    }
    if !["MessageAttributes", "MessageBody"].contains(&&*source.filter_scope) {
        problems.push(format!(
            "`filter_scope = {:?}` of the topic {topic:?}: use \"MessageAttributes\" or \"MessageBody\"",
            source.filter_scope
        ));
    }
    if let Some(policy) = &source.filter_policy {
        check_filter_policy(policy, source, problems);
    }
    Target {
        attribute: "dead_letter_queue",
        of: " of the topic",
        arn: source.dead_letter_queue.as_ref(),
        services: &["sqs"],
    }
    .check(problems);
}

/// Says what SNS would refuse of a
/// [filter policy](https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html).
fn check_filter_policy(policy: &Value, source: &TopicSettings, problems: &mut Vec<String>) {
    const MOST_KEYS: usize = 5;
    let topic = &source.topic;
    let Some(members) = policy.as_object().filter(|members| !members.is_empty()) else {
        problems.push(format!(
            "`filter_policy = {policy}` of the topic {topic:?}: write it as {{\"kind\": [\"order\"]}}"
        ));
        return;
    };
    if source.filter_scope == "MessageAttributes"
        && let Some((name, value)) = members.iter().find(|(_, value)| !value.is_array())
    {
        problems.push(format!(
            "`filter_policy` of the topic {topic:?} has {name:?}: {value}: attributes are not nested, so write a list of values; for what \
             is in the message, set `filter_scope = \"MessageBody\"`"
        ));
    }
    let keys = keys(policy);
    if keys > MOST_KEYS {
        problems.push(format!(
            "`filter_policy` of the topic {topic:?} has {keys} keys, and SNS takes {MOST_KEYS}"
        ));
    }
}

/// How many keys of a filter policy have values. What alternatives (`$or`) count as, the guide does not say.
fn keys(policy: &Value) -> usize {
    let members = policy.as_object().into_iter().flatten();
    members
        .map(|(name, value)| match value {
            Value::Object(_) => keys(value),
            _ => usize::from(name != "$or"),
        })
        .sum()
}

/// Says what Cognito would refuse.
fn check_user_pool(user_pool: &str, triggers: &[String], problems: &mut Vec<String>) {
    let name = with_examples(user_pool);
    if name.is_empty() || name.chars().count() > 128 {
        problems.push(format!("the user pool {user_pool:?}: its name has 1 to 128 characters"));
    }
    let is_allowed = |character: &char| {
        character.is_ascii_alphanumeric() || character.is_ascii_whitespace() || "_+=,.@-".contains(*character)
    };
    if let Some(odd) = name.chars().find(|character| !is_allowed(character)) {
        problems.push(format!(
            "the user pool {user_pool:?} has {odd:?}: its name has letters of ASCII, digits, spaces and `_+=,.@-`"
        ));
    }
    if triggers.is_empty() {
        problems.push(format!(
            "`triggers` of the user pool {user_pool:?} is empty: use Cognito's names, such as \"PreSignUp\""
        ));
    }
    for (number, trigger) in triggers.iter().enumerate() {
        if !TRIGGERS.contains(&&**trigger) {
            problems.push(format!(
                "`triggers` of the user pool {user_pool:?} has {trigger:?}: use one of {}",
                TRIGGERS.join(", ")
            ));
        } else if triggers[..number].contains(trigger) {
            problems.push(format!(
                "`triggers` of the user pool {user_pool:?} has {trigger} twice: take out one"
            ));
        }
    }
}

/// Says what [EventBridge Scheduler](https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html) would refuse.
fn check_scheduler(source: &SchedulerSettings, problems: &mut Vec<String>) {
    if let Err(problem) = schedule::check_scheduler(&source.expression) {
        problems.push(format!("the schedule {:?}: {problem}", source.expression));
    }
    if !schedule::is_time_zone(&source.time_zone) {
        problems.push(format!(
            "`time_zone = {:?}` of the schedule {:?}: use IANA's name, such as \"Europe/Berlin\" or \"UTC\"",
            source.time_zone, source.expression
        ));
    }
    in_range("flexible_minutes", Some(source.flexible_minutes), 0..=1440, problems);
    in_range("retries", source.retries, 0..=185, problems);
    in_range("maximum_age_seconds", source.maximum_age_seconds, 60..=86_400, problems);
    Target {
        attribute: "dead_letter_queue",
        of: " of the schedule",
        arn: source.dead_letter_queue.as_ref(),
        services: &["sqs"],
    }
    .check(problems);
    check_text("the schedule's `input`", source.input.as_ref(), 262_144, problems);
}

/// Says if no key of a bucket can be like that.
fn check_key(bucket: &str, prefix: &str, suffix: &str, problems: &mut Vec<String>) {
    for (name, value) in [("prefix", prefix), ("suffix", suffix)] {
        if value.len() > 1024 {
            problems.push(format!(
                "`{name}` of the bucket {bucket:?} has {} bytes, and keys have 1024 at most",
                value.len()
            ));
        }
    }
}

/// Says if an event pattern is longer than EventBridge takes of any account:
/// [2048 characters, or 4096](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
fn check_pattern(what: &str, pattern: &Value, problems: &mut Vec<String>) {
    const LONGEST: usize = 4096;
    let length = pattern.to_string().chars().count();
    if length > LONGEST {
        problems.push(format!(
            "{what} has {length} characters as JSON, and EventBridge takes 2048, or {LONGEST} if the account's quota was raised"
        ));
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
