//! What is said of settings that AWS would refuse.

mod common;

use serde_json::{Value, json};
use template::{Settings, render};

use crate::common::{archive, layered, refusal, settings};

#[test]
fn what_lambda_does_not_take_of_layers_is_refused() {
    let arn = "arn:aws:lambda:eu-central-1:123456789012:layer:insights:1";
    let mut settings = layered(json!({"layers": [arn, arn, arn, arn]}));
    settings.stack_layers[1].name = "tools-2".to_owned();
    let message = render(&settings, &archive(1), &[archive(2), archive(3)], &json!({}))
        .unwrap_err()
        .to_string();
    for part in [
        "the layers //shop:tools and //shop:layer would have one name",
        "`layers` has 4 besides the 2 of //shop:lambda_zip, and Lambda takes 5",
    ] {
        assert!(message.contains(part), "{message}");
    }
    let mut large = archive(3);
    large.unpacked = 262_144_000;
    let message = format!(
        "{:#}",
        render(&layered(json!({})), &archive(1), &[archive(2), large], &json!({})).unwrap_err()
    );
    assert!(
        message.contains("//shop:lambda_zip: the zip holds 262148000 bytes, 262146000 of them in its layers"),
        "{message}"
    );
}

#[test]
fn all_that_lambda_would_refuse_is_said_at_once() {
    let message = refusal(settings(json!({
        "memory_mb": 64,
        "env": {"AWS_REGION": "eu-west-1"},
        "url_streaming": true,
        "url": "NONE",
    })));
    assert_eq!(
        message,
        "//shop:deploy:\n  \
         - `memory_mb = 64`: Lambda takes 128 to 10240 MB\n  \
         - `env` has AWS_REGION, which Lambda sets itself: take it out\n  \
         - `url_streaming`: //shop:lambda_zip can't stream, as Python's runtime client does not; set `dispatch = \"native\"` \
         there, or `runtime = \"provided.al2023\"`"
    );
}

#[test]
fn a_value_that_can_not_be_read_hides_no_other() {
    let message = refusal(settings(json!({
        "memory_mb": 64,
        "url": "PUBLIC",
        "event_sources": [
            {"type": "http_api", "method": "get", "path": "/"},
            {"type": "schedule", "expression": 5, "input": null},
        ],
    })));
    assert_eq!(
        message,
        "//shop:deploy:\n  \
         - event_source.schedule: `expression = 5`: use a text\n  \
         - `url = \"PUBLIC\"`: use `AWS_IAM` or `NONE`\n  \
         - `memory_mb = 64`: Lambda takes 128 to 10240 MB\n  \
         - the method \"get\": use one of ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    );
}

#[test]
fn a_patch_for_resources_that_there_are_not_is_refused() {
    let route = json!({"type": "http_api", "method": "GET", "path": "/"});
    let settings: Settings = serde_json::from_value(settings(json!({"event_sources": [route]}))).unwrap();
    let patched = |resources: Value| render(&settings, &archive(1), &[], &json!({"Resources": resources}));
    let cors = json!({"Properties": {"CorsConfiguration": {}}});
    let message = patched(json!({"HttpApi": cors, "Queue": {"Properties": {}}, "Topic": "AWS::SNS::Topic"}))
        .unwrap_err()
        .to_string();
    let lines: Vec<_> = message.lines().collect();
    assert_eq!(lines.len(), 4, "{message}");
    assert_eq!(
        lines[..2],
        [
            "//shop:deploy:",
            "  - `template_patch`: the stack makes no resource `HttpApi` (did you mean `httpApi`?); one of your own needs a `Type`"
        ]
    );
    for (line, id) in lines[2..].iter().zip(["Queue", "Topic"]) {
        let beginning =
            format!("  - `template_patch`: the stack makes no resource `{id}` (the stack's are CreateOrder, ");
        assert!(line.starts_with(&beginning), "{message}");
    }
    for taken in [
        json!({"httpApi": cors}),
        json!({"Topic": {"Type": "AWS::SNS::Topic"}}),
        json!({"httpApi": null, "NoSuch": null}),
        json!({"Fn::ForEach::Topics": ["Name", ["Orders"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}]}),
    ] {
        patched(taken).unwrap();
    }
}

#[test]
fn tags_and_composed_names_are_checked_for_the_stack() {
    let mut settings = settings(json!({}));
    settings["aws_tags"] = json!({"aws:owner": "me", "team": "x".repeat(257)});
    let mut second = settings["functions"][0].clone();
    second["name"] = json!("x".repeat(63));
    settings["functions"].as_array_mut().unwrap().push(second);
    let message = refusal(settings);
    for part in [
        "`aws_tags` has \"aws:owner\"",
        "the value of the tag \"team\" has 257 characters",
        "65 characters or more, and Lambda takes 64: name it otherwise in `handlers`",
    ] {
        assert!(message.contains(part), "{part}\n{message}");
    }
}

#[test]
fn each_refusal_names_the_attribute() {
    for (function, part) in [
        (
            json!({"timeout_seconds": 901}),
            "`timeout_seconds = 901`: Lambda takes 1 to 900 seconds",
        ),
        (
            json!({"log_retention_days": 2}),
            "`log_retention_days = 2`: CloudWatch Logs takes 0, 1, 3",
        ),
        (
            json!({"log_format": "json"}),
            "`log_format = \"json\"`: use \"JSON\" or \"Text\"",
        ),
        (
            json!({"layers": ["mine"]}),
            "`layers` has \"mine\": use the ARN of a layer's version",
        ),
        (
            json!({"subnet_ids": ["subnet-1"]}),
            "set both `subnet_ids` and `security_group_ids`",
        ),
        (
            json!({"env": {"1A": "x"}}),
            "`env` has \"1A\": a name starts with a letter",
        ),
        (
            json!({"env": {"LONG": "x".repeat(5000)}}),
            "`env` has 5004 bytes, and Lambda takes 4096",
        ),
        (json!({"role": "mine"}), "`role = \"mine\"`: use the role's ARN"),
        (
            json!({"role": "arn:x", "policies": ["arn:y"]}),
            "it can't be given `policies`",
        ),
        (
            json!({"policies": ["ReadOnly"]}),
            "`policies` has \"ReadOnly\": use the ARN of a managed policy",
        ),
        (
            json!({"policy_statements": [{"Action": "s3:GetObject"}]}),
            "`policy_statements` has {\"Action\"",
        ),
        (
            json!({"dead_letter_target": "dlq"}),
            "`dead_letter_target = \"dlq\"`: use the ARN of an SQS queue or an SNS topic",
        ),
        (
            json!({"dead_letter_target": "arn:aws:sqs:x:1:dlq.fifo"}),
            "`dead_letter_target = \"arn:aws:sqs:x:1:dlq.fifo\"` is FIFO",
        ),
        (
            json!({"snap_start": true, "provisioned_concurrency": 1}),
            "exclude each other: take out one",
        ),
        (
            json!({"reserved_concurrency": 1, "provisioned_concurrency": 2}),
            "is more than `reserved_concurrency = 1`",
        ),
        (json!({"function_name": "a b"}), "a function can't be named \"a b\""),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "5 minutes", "input": null}]}),
            "the schedule \"5 minutes\": write it as \"rate(5 minutes)\"",
        ),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "rate(1 minutes)", "input": null}]}),
            "the schedule \"rate(1 minutes)\": write it as \"rate(1 minute)\"",
        ),
        (
            json!({"event_sources": [{"type": "schedule", "expression": "rate(1 day)", "input": "x".repeat(8192)}]}),
            "the schedule's `input` has 8194 characters as JSON, and EventBridge takes 8192",
        ),
        (
            json!({"event_sources": [{"type": "event_pattern", "pattern": {"source": ["x".repeat(4096)]}}]}),
            "the event pattern has 4111 characters as JSON, and EventBridge takes 2048, or 4096 if",
        ),
        (
            json!({"event_sources": [{
                "type": "s3", "bucket": "Records_X", "events": ["s3:Bogus"], "prefix": "", "suffix": "",
            }]}),
            "the event \"s3:Bogus\" of the bucket \"Records_X\": use one of S3's names",
        ),
        (
            json!({"description": "x".repeat(256)}),
            "`description` has 256 characters: Lambda takes 236 and ` (code 0123456789ab)`, which is added",
        ),
        (
            json!({"subnet_ids": vec!["subnet-1"; 17], "security_group_ids": ["sg-1"]}),
            "`subnet_ids` has 17, and Lambda takes 16",
        ),
        (
            json!({"handler": format!("index.{}", "x".repeat(128))}),
            "has 134 characters, and Lambda takes 128",
        ),
        (
            json!({"event_sources": [{"type": "http_api", "method": "get", "path": "/"}]}),
            "the method \"get\": use one of ANY",
        ),
        (
            json!({"event_sources": [{
                "type": "sqs", "queue": "arn:aws:sqs:x:1:orders.fifo", "batch_size": 11,
                "batching_window_seconds": 1, "report_batch_item_failures": true,
            }]}),
            "of FIFO queues, Lambda takes a `batch_size` of 10 at most",
        ),
    ] {
        let message = refusal(settings(function));
        assert!(message.contains(part), "{part}\n{message}");
    }
}

#[test]
fn what_the_edge_lacks_is_refused() {
    let mut edge = settings(json!({"timeout_seconds": 5, "env": {"STAGE": "test"}, "url": "NONE"}));
    edge["edge"] = json!(true);
    let message = refusal(edge);
    for part in [
        "`env`: Lambda@Edge has none; take it out",
        "`url`: Lambda@Edge has none; take it out",
    ] {
        assert!(message.contains(part), "{message}");
    }
}
