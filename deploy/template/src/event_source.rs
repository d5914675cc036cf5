//! What invokes functions.

mod load_balancer;
mod mapping;
mod scheduler;
mod topic;
mod user_pool;

use serde_json::{Value, json};

use crate::{
    function::{Destination, Parts, RETAIN},
    names::{Names, substituted, text, unique_id},
    settings::{EventSource, FunctionSettings},
};

/// The stack's HTTP API, which all of its routes are in. It begins with a small letter, as the ID of no function does.
const HTTP_API: &str = "httpApi";

/// Adds what sends events to a function.
pub(crate) fn add(parts: &mut Parts, function: &FunctionSettings, names: &Names, destination: &Destination) {
    let (mut devices, mut rules, mut schedules) = (0, 0, 0);
    for source in &function.event_sources {
        match source {
            EventSource::Sqs(queue) => mapping::queue(parts, names, destination, queue),
            EventSource::Dynamodb(stream) | EventSource::Kinesis(stream) => {
                mapping::stream(parts, names, destination, stream);
            }
            EventSource::Sns(topic) => topic::add(parts, names, destination, topic),
            EventSource::Alb(source) => load_balancer::add(parts, names, destination, source),
            EventSource::Cognito { user_pool, triggers } => {
                user_pool::add(parts, names, destination, user_pool, triggers);
            }
            EventSource::Iot { sql } => {
                devices += 1;
                device_rule(parts, names, destination, devices, sql);
            }
            EventSource::S3Eventbridge {
                bucket,
                types,
                prefix,
                suffix,
            } => {
                rules += 1;
                let pattern = object_pattern(bucket, types, prefix, suffix);
                rule(parts, names, destination, rules, json!({"EventPattern": pattern}), None);
            }
            EventSource::Scheduler(schedule) => {
                schedules += 1;
                scheduler::add(parts, names, destination, schedules, schedule);
            }
            EventSource::Schedule { expression, input } => {
                rules += 1;
                let what = json!({"ScheduleExpression": expression});
                rule(parts, names, destination, rules, what, input.as_ref());
            }
            EventSource::EventPattern { pattern } => {
                rules += 1;
                rule(
                    parts,
                    names,
                    destination,
                    rules,
                    json!({"EventPattern": substituted(pattern)}),
                    None,
                );
            }
            EventSource::S3 {
                bucket,
                events,
                prefix,
                suffix,
            } => notifications(parts, names, destination, bucket, events, prefix, suffix),
            EventSource::HttpApi { method, path } => route(parts, names, destination, method, path),
        }
    }
}

fn permission(parts: &mut Parts, id: String, destination: &Destination, principal: &str, source: Value) {
    parts.resource(
        id,
        "AWS::Lambda::Permission",
        json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": destination.reference,
            "Principal": principal,
            "SourceArn": source,
        }),
    );
}

fn rule(
    parts: &mut Parts,
    names: &Names,
    destination: &Destination,
    number: u32,
    mut what: Value,
    input: Option<&Value>,
) {
    let id = names.resource(&format!("Rule{number}"));
    let mut rule_target = json!({"Arn": destination.arn, "Id": "function"});
    if let Some(input) = input {
        rule_target["Input"] = text(&input.to_string());
    }
    what["Targets"] = json!([rule_target]);
    parts.resource(id.clone(), "AWS::Events::Rule", what);
    let source = json!({"Fn::GetAtt": [id, "Arn"]});
    permission(parts, id + "Permission", destination, "events.amazonaws.com", source);
}

/// The [pattern](https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html) of what happens in a bucket.
pub(crate) fn object_pattern(bucket: &str, types: &[String], prefix: &str, suffix: &str) -> Value {
    let mut detail = json!({"bucket": {"name": [text(bucket)]}});
    let key = match (prefix, suffix) {
        ("", "") => None,
        (prefix, "") => Some(json!({"prefix": text(prefix)})),
        ("", suffix) => Some(json!({"suffix": text(suffix)})),
        (prefix, suffix) => {
            let literal = |part: &str| part.replace('\\', "\\\\").replace('*', "\\*");
            let pattern = format!("{}*{}", literal(prefix), literal(suffix));
            Some(json!({"wildcard": text(&pattern)}))
        }
    };
    if let Some(key) = key {
        detail["object"] = json!({"key": [key]});
    }
    json!({"source": ["aws.s3"], "detail-type": types, "detail": detail})
}

fn device_rule(parts: &mut Parts, names: &Names, destination: &Destination, number: u32, sql: &str) {
    let id = names.resource(&format!("DeviceRule{number}"));
    parts.resource(
        id.clone(),
        "AWS::IoT::TopicRule",
        json!({
            "TopicRulePayload": {
                "Actions": [{"Lambda": {"FunctionArn": destination.arn}}],
                "AwsIotSqlVersion": "2016-03-23",
                "Sql": text(sql),
            },
        }),
    );
    let source = json!({"Fn::GetAtt": [id, "Arn"]});
    permission(parts, id + "Permission", destination, "iot.amazonaws.com", source);
}

fn notifications(
    parts: &mut Parts,
    names: &Names,
    destination: &Destination,
    bucket: &str,
    events: &[String],
    prefix: &str,
    suffix: &str,
) {
    let bucket_id = format!("bucket{}", unique_id(bucket));
    let permission_id = names.resource(&format!("{bucket_id}Permission"));
    // Keys of several prefixes or suffixes come by notifications of their own.
    if !parts.resources.contains_key(&permission_id) {
        parts.resource(
            permission_id.clone(),
            "AWS::Lambda::Permission",
            json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": destination.reference,
                "Principal": "s3.amazonaws.com",
                // Anybody can take the name of a bucket that is gone.
                "SourceAccount": {"Ref": "AWS::AccountId"},
                // The bucket can't be asked for its ARN: it is made after the permission.
                "SourceArn": text(&format!("arn:${{AWS::Partition}}:s3:::{bucket}")),
            }),
        );
    }
    let resource = parts.resources.entry(bucket_id.clone()).or_insert_with(|| {
        json!({
            "Type": "AWS::S3::Bucket",
            // What is in it is not the function's.
            "DeletionPolicy": RETAIN,
            "UpdateReplacePolicy": "Retain",
            "DependsOn": [],
            "Properties": {
                "BucketName": text(bucket),
                "NotificationConfiguration": {"LambdaConfigurations": []},
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": true,
                    "BlockPublicPolicy": true,
                    "IgnorePublicAcls": true,
                    "RestrictPublicBuckets": true,
                },
            },
        })
    });
    let rules: Vec<_> = [("prefix", prefix), ("suffix", suffix)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    if let Some(dependencies) = resource["DependsOn"].as_array_mut()
        && !dependencies.contains(&json!(permission_id))
    {
        dependencies.push(json!(permission_id));
    }
    if let Some(configurations) =
        resource["Properties"]["NotificationConfiguration"]["LambdaConfigurations"].as_array_mut()
    {
        configurations.extend(events.iter().map(|event| {
            let mut configuration = json!({"Event": event, "Function": destination.arn});
            if !rules.is_empty() {
                configuration["Filter"] = json!({"S3Key": {"Rules": rules}});
            }
            configuration
        }));
    }
    parts.output(bucket_id.clone(), "The bucket.", json!({"Ref": bucket_id}));
}

fn route(parts: &mut Parts, names: &Names, destination: &Destination, method: &str, path: &str) {
    let api = json!({"Ref": HTTP_API});
    if !std::mem::replace(&mut parts.has_http_api, true) {
        parts.resource(
            HTTP_API.to_owned(),
            "AWS::ApiGatewayV2::Api",
            json!({"Name": {"Ref": "AWS::StackName"}, "ProtocolType": "HTTP"}),
        );
        parts.resource(
            format!("{HTTP_API}Stage"),
            "AWS::ApiGatewayV2::Stage",
            json!({"ApiId": api, "AutoDeploy": true, "StageName": "$default"}),
        );
        parts.output(
            format!("{HTTP_API}Url"),
            "The HTTP API.",
            json!({"Fn::GetAtt": [HTTP_API, "ApiEndpoint"]}),
        );
    }
    let integration = names.resource("Integration");
    if !parts.resources.contains_key(&integration) {
        parts.resource(
            integration.clone(),
            "AWS::ApiGatewayV2::Integration",
            json!({
                "ApiId": api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": destination.arn,
                "PayloadFormatVersion": "2.0",
            }),
        );
        let source = json!({
            "Fn::Sub": format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{HTTP_API}}}/*"),
        });
        permission(
            parts,
            names.resource("IntegrationPermission"),
            destination,
            "apigateway.amazonaws.com",
            source,
        );
    }
    let (key, id) = if path == "$default" {
        (path.to_owned(), format!("{HTTP_API}RouteDefault"))
    } else {
        let key = format!("{method} {path}");
        let id = format!("{HTTP_API}Route{}", unique_id(&key));
        (key, id)
    };
    if let Some(other) = parts.resources.get(&id) {
        parts
            .clashes
            .push(format!("the route {}", other["Properties"]["RouteKey"]));
        return;
    }
    parts.resource(
        id,
        "AWS::ApiGatewayV2::Route",
        json!({
            "ApiId": api,
            "RouteKey": key,
            "Target": {"Fn::Sub": format!("integrations/${{{integration}}}")},
        }),
    );
}
