//! What Lambda does with events that it queues itself: those of SNS, S3, EventBridge and the like, and of `InvocationType=Event`.

use serde_json::json;

use crate::{
    function::{ALIAS, Destination, Parts},
    names::{Names, text},
    settings::FunctionSettings,
};

/// Adds the [configuration](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html)
/// of a function's asynchronous events, if it is other than Lambda's.
pub(crate) fn add(parts: &mut Parts, function: &FunctionSettings, names: &Names, destination: &Destination) {
    let targets = [("OnFailure", &function.on_failure), ("OnSuccess", &function.on_success)];
    let has_target = targets.iter().any(|(_, target)| target.is_some());
    if function.async_retries.is_none() && function.async_max_age_seconds.is_none() && !has_target {
        return;
    }
    let qualifier = if function.has_alias() { ALIAS } else { "$LATEST" };
    let mut config = json!({"FunctionName": {"Ref": names.id}, "Qualifier": qualifier});
    if let Some(retries) = function.async_retries {
        config["MaximumRetryAttempts"] = json!(retries);
    }
    if let Some(age) = function.async_max_age_seconds {
        config["MaximumEventAgeInSeconds"] = json!(age);
    }
    for (name, target) in targets {
        if let Some(target) = target {
            config["DestinationConfig"][name] = json!({"Destination": text(target)});
        }
    }
    let mut resource = json!({"Type": "AWS::Lambda::EventInvokeConfig", "Properties": config});
    if destination.resource != names.id {
        // It names the alias by a text, in which CloudFormation sees no dependency.
        resource["DependsOn"] = json!(destination.resource);
    }
    parts.whole_resource(names.resource("EventInvokeConfig"), resource);
}
