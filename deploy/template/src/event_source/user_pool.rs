//! Triggers of a user pool of Cognito.

use serde_json::json;

use super::permission;
use crate::{
    function::{Destination, Parts, RETAIN},
    names::{Names, text, unique_id},
};

/// Adds triggers to a [user pool](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cognito-userpool.html)
/// that the stack makes: CloudFormation has no resource for those of another.
pub(super) fn add(parts: &mut Parts, names: &Names, destination: &Destination, user_pool: &str, triggers: &[String]) {
    let id = format!("userPool{}", unique_id(user_pool));
    let pool = parts.resources.entry(id.clone()).or_insert_with(|| {
        json!({
            "Type": "AWS::Cognito::UserPool",
            // Its users are not the function's.
            "DeletionPolicy": RETAIN,
            "UpdateReplacePolicy": "Retain",
            "Properties": {"LambdaConfig": {}, "UserPoolName": text(user_pool)},
        })
    });
    let config = &mut pool["Properties"]["LambdaConfig"];
    let mut clashes = Vec::new();
    for trigger in triggers {
        if config.get(trigger).is_some() {
            clashes.push(format!("the trigger {trigger} of the user pool {user_pool:?}"));
        }
        config[trigger] = destination.arn.clone();
    }
    parts.clashes.extend(clashes);
    let permission_id = names.resource(&format!("{id}Permission"));
    if !parts.resources.contains_key(&permission_id) {
        let source = json!({"Fn::GetAtt": [id, "Arn"]});
        permission(parts, permission_id, destination, "cognito-idp.amazonaws.com", source);
    }
    parts.output(id.clone(), "The user pool.", json!({"Ref": id}));
}
