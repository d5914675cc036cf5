//! Schedules of EventBridge Scheduler.

use serde_json::json;

use crate::{
    function::{Destination, Parts},
    names::{Names, text},
    role::{allow, assumed_by},
    settings::SchedulerSettings,
};

/// Adds a [schedule](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html), and the
/// role under which it invokes the function: it needs no permission of Lambda.
pub(super) fn add(
    parts: &mut Parts,
    names: &Names,
    destination: &Destination,
    number: u32,
    schedule: &SchedulerSettings,
) {
    let id = names.resource(&format!("Schedule{number}"));
    let role = format!("{id}Role");
    let mut target = json!({"Arn": destination.arn, "RoleArn": {"Fn::GetAtt": [role, "Arn"]}});
    let mut statements = vec![allow(&["lambda:InvokeFunction"], destination.arn.clone())];
    if let Some(input) = &schedule.input {
        target["Input"] = text(&input.to_string());
    }
    let mut retries = json!({});
    if let Some(attempts) = schedule.retries {
        retries["MaximumRetryAttempts"] = json!(attempts);
    }
    if let Some(age) = schedule.maximum_age_seconds {
        retries["MaximumEventAgeInSeconds"] = json!(age);
    }
    if retries != json!({}) {
        target["RetryPolicy"] = retries;
    }
    if let Some(queue) = &schedule.dead_letter_queue {
        target["DeadLetterConfig"] = json!({"Arn": text(queue)});
        statements.push(allow(&["sqs:SendMessage"], text(queue)));
    }
    let mut trust = assumed_by(&["scheduler.amazonaws.com"]);
    trust["Statement"][0]["Condition"] = json!({"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}});
    parts.resource(
        role,
        "AWS::IAM::Role",
        json!({
            "AssumeRolePolicyDocument": trust,
            "Policies": [{
                "PolicyName": "schedule",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
            }],
        }),
    );
    let window = match schedule.flexible_minutes {
        0 => json!({"Mode": "OFF"}),
        minutes => json!({"MaximumWindowInMinutes": minutes, "Mode": "FLEXIBLE"}),
    };
    parts.resource(
        id,
        "AWS::Scheduler::Schedule",
        json!({
            "FlexibleTimeWindow": window,
            "ScheduleExpression": schedule.expression,
            "ScheduleExpressionTimezone": schedule.time_zone,
            "Target": target,
        }),
    );
}
