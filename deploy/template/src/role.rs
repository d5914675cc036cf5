//! The role that a function runs under.

use serde_json::{Value, json};

use crate::{
    arn::service,
    names::{Names, substituted, text, texts},
    settings::{EventSource, FunctionSettings, Settings},
};

/// A [role](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html)
/// that allows what the function's settings need, and what the target allows besides.
pub(crate) fn role(settings: &Settings, function: &FunctionSettings, names: &Names) -> Value {
    let mut principals = vec!["lambda.amazonaws.com"];
    if settings.edge {
        principals.push("edgelambda.amazonaws.com");
    }
    let mut statements = needed(settings, function, names);
    statements.extend(function.policy_statements.iter().map(|statement| {
        let mut statement = substituted(statement);
        if let Some(members) = statement.as_object_mut() {
            members.entry("Effect").or_insert(json!("Allow"));
        }
        statement
    }));
    let mut properties = json!({
        "AssumeRolePolicyDocument": assumed_by(&principals),
        "Policies": [{
            "PolicyName": "function",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        }],
    });
    if !function.policies.is_empty() {
        properties["ManagedPolicyArns"] = texts(&function.policies);
    }
    json!({"Type": "AWS::IAM::Role", "Properties": properties})
}

/// The policy of a role that services may assume.
pub(crate) fn assumed_by(services: &[&str]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": services},
            "Action": "sts:AssumeRole",
        }],
    })
}

pub(crate) fn allow(actions: &[&str], resource: Value) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

/// Statements for what Lambda does in the function's name.
fn needed(settings: &Settings, function: &FunctionSettings, names: &Names) -> Vec<Value> {
    let mut statements = vec![if settings.edge {
        // Its copies log in the Region that they run in, and make their log group there.
        allow(
            &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            names.around(
                "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:/aws/lambda/us-east-1.",
                ":*",
            ),
        )
    } else {
        allow(
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            json!({"Fn::GetAtt": [names.resource("LogGroup"), "Arn"]}),
        )
    }];
    if !function.subnet_ids.is_empty() {
        // The interfaces do not exist yet, so they have no ARN to name.
        let actions = [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ];
        statements.push(allow(&actions, json!("*")));
    }
    if function.tracing {
        statements.push(allow(
            &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            json!("*"),
        ));
    }
    let targets = [&function.dead_letter_target, &function.on_failure, &function.on_success];
    for target in targets.into_iter().flatten() {
        statements.extend(sending(target));
    }
    for source in &function.event_sources {
        statements.extend(fetching(source));
    }
    // Two settings may lead to one target.
    let mut different: Vec<Value> = Vec::new();
    for statement in statements {
        if !different.contains(&statement) {
            different.push(statement);
        }
    }
    different
}

/// Statements for what Lambda sends to a [destination](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).
fn sending(target: &str) -> Vec<Value> {
    let action = match service(target) {
        "events" => "events:PutEvents",
        "lambda" => "lambda:InvokeFunction",
        "s3" => {
            return vec![
                allow(&["s3:PutObject"], text(&format!("{target}/*"))),
                allow(&["s3:ListBucket"], text(target)),
            ];
        }
        "sns" => "sns:Publish",
        _ => "sqs:SendMessage",
    };
    vec![allow(&[action], text(target))]
}

/// Statements for what Lambda fetches itself:
/// [queues](https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaSQSQueueExecutionRole.html), and streams of
/// [DynamoDB](https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaDynamoDBExecutionRole.html) and
/// [Kinesis](https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaKinesisExecutionRole.html).
fn fetching(source: &EventSource) -> Vec<Value> {
    let (mut statements, stream) = match source {
        EventSource::Sqs(queue) => {
            let actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
            return vec![allow(&actions, text(&queue.queue))];
        }
        EventSource::Dynamodb(stream) => {
            let actions = [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ];
            let statements = vec![
                allow(&actions, text(&stream.stream)),
                // Of no stream in particular.
                allow(&["dynamodb:ListStreams"], json!("*")),
            ];
            (statements, stream)
        }
        EventSource::Kinesis(stream) => {
            let actions = [
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ];
            let (of, consumer) = match stream.stream.split_once("/consumer/") {
                Some((of, _)) => (of, Some(&stream.stream)),
                None => (&*stream.stream, None),
            };
            let mut statements = vec![
                allow(&actions, text(of)),
                // Of no stream in particular.
                allow(&["kinesis:ListStreams"], json!("*")),
            ];
            if let Some(consumer) = consumer {
                let actions = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"];
                statements.push(allow(&actions, text(consumer)));
            }
            (statements, stream)
        }
        _ => return Vec::new(),
    };
    statements.extend(stream.on_failure.iter().flat_map(|target| sending(target)));
    statements
}
