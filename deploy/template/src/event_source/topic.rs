//! Messages of SNS.

use serde_json::json;

use super::permission;
use crate::{
    function::{Destination, Parts},
    names::{Names, substituted, text, unique_id},
    settings::TopicSettings,
};

/// Adds the [subscription](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html) of a
/// topic.
pub(super) fn add(parts: &mut Parts, names: &Names, destination: &Destination, topic: &TopicSettings) {
    let id = unique_id(&topic.topic);
    let id = names.resource(&format!("Topic{}", id.trim_start_matches("ArnAwsSns")));
    let mut subscription = json!({
        "Endpoint": destination.arn,
        "Protocol": "lambda",
        "TopicArn": text(&topic.topic),
    });
    if let Some(policy) = &topic.filter_policy {
        subscription["FilterPolicy"] = substituted(policy);
        subscription["FilterPolicyScope"] = json!(topic.filter_scope);
    }
    if let Some(queue) = &topic.dead_letter_queue {
        subscription["RedrivePolicy"] = json!({"deadLetterTargetArn": text(queue)});
    }
    parts.resource(id.clone(), "AWS::SNS::Subscription", subscription);
    permission(
        parts,
        id + "Permission",
        destination,
        "sns.amazonaws.com",
        text(&topic.topic),
    );
}
