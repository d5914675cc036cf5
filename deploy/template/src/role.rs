//! The role that a function runs under.

use serde_json::{Value, json};

use crate::{
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
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": principals},
                "Action": "sts:AssumeRole",
            }],
        },
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

fn allow(actions: &[&str], resource: Value) -> Value {
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
    if let Some(target) = &function.dead_letter_target {
        let action = if target.contains(":sns:") {
            "sns:Publish"
        } else {
            "sqs:SendMessage"
        };
        statements.push(allow(&[action], text(target)));
    }
    for source in &function.event_sources {
        if let EventSource::Sqs { queue, .. } = source {
            let actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
            statements.push(allow(&actions, text(queue)));
        }
    }
    statements
}
