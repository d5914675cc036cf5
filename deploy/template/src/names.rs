//! Logical IDs of resources, and functions' names.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use stack_metadata::StackFunction;

use crate::settings::FunctionSettings;

/// A name in letters and digits alone, as CloudFormation wants logical IDs: `create_order` is `CreateOrder`.
pub(crate) fn logical_id(name: &str) -> String {
    name.split(|character: char| !character.is_ascii_alphanumeric())
        .filter_map(|part| part.split_at_checked(1))
        .map(|(first, rest)| first.to_ascii_uppercase() + rest)
        .collect()
}

/// The text for `Fn::Sub` that becomes a function's name: the stack's for a single function.
fn name_pattern(function: &FunctionSettings, is_single: bool) -> String {
    match &function.function_name {
        Some(name) => name.clone(),
        None if is_single => "${AWS::StackName}".to_owned(),
        None => format!("${{AWS::StackName}}-{}", function.name),
    }
}

/// What a function is called.
pub(crate) struct Names {
    /// What its logical IDs start with; its own.
    pub(crate) id: String,
    pattern: String,
}

impl Names {
    pub(crate) fn new(function: &FunctionSettings, is_single: bool) -> Self {
        Self {
            id: logical_id(&function.name),
            pattern: name_pattern(function, is_single),
        }
    }

    /// The logical ID of a resource that serves the function.
    pub(crate) fn resource(&self, kind: &str) -> String {
        format!("{}{kind}", self.id)
    }

    /// What the deployer knows a function by.
    pub(crate) fn stack_function(&self, function: &FunctionSettings) -> StackFunction {
        StackFunction {
            logical_id: self.id.clone(),
            name: function.name.clone(),
        }
    }

    /// The function's name.
    pub(crate) fn function(&self) -> Value {
        text(&self.pattern)
    }

    /// A text with the function's name in it.
    pub(crate) fn around(&self, before: &str, after: &str) -> Value {
        text(&format!("{before}{}{after}", self.pattern))
    }
}

/// A text in which pseudo parameters, such as `${AWS::AccountId}`, are substituted; others, such as IAM's `${aws:username}`, are not.
pub(crate) fn text(text: &str) -> Value {
    match text {
        "${AWS::StackName}" => json!({"Ref": "AWS::StackName"}),
        text if text.contains("${AWS::") => {
            json!({"Fn::Sub": text.replace("${", "${!").replace("${!AWS::", "${AWS::")})
        }
        text => json!(text),
    }
}

/// As [`text`], of each text in a value; CloudFormation's own functions in it stay as they are.
pub(crate) fn substituted(value: &Value) -> Value {
    match value {
        Value::String(one) => text(one),
        Value::Array(all) => all.iter().map(substituted).collect(),
        Value::Object(members) if is_intrinsic(members) => value.clone(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), substituted(member)))
            .collect(),
        other => other.clone(),
    }
}

fn is_intrinsic(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// A name as a part of a logical ID that no other name has.
pub(crate) fn unique_id(name: &str) -> String {
    let digest = hex::encode(Sha256::digest(name));
    format!("{}{}", logical_id(name), &digest[..6])
}

/// As [`text`], of each.
pub(crate) fn texts(all: &[String]) -> Value {
    all.iter().map(|one| text(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_id_has_letters_and_digits_alone() {
        assert_eq!(logical_id("create_order"), "CreateOrder");
        assert_eq!(logical_id("http-api"), "HttpApi");
        assert_eq!(logical_id("2nd_-x"), "2ndX");
    }

    #[test]
    fn pseudo_parameters_are_substituted_where_there_are_any() {
        assert_eq!(text("${AWS::StackName}"), json!({"Ref": "AWS::StackName"}));
        assert_eq!(
            text("/aws/lambda/${AWS::StackName}-x"),
            json!({"Fn::Sub": "/aws/lambda/${AWS::StackName}-x"})
        );
        assert_eq!(text("/aws/lambda/orders"), json!("/aws/lambda/orders"));
        assert_eq!(
            text("arn:aws:s3:::${AWS::AccountId}/${aws:username}"),
            json!({"Fn::Sub": "arn:aws:s3:::${AWS::AccountId}/${!aws:username}"})
        );
        assert_eq!(
            substituted(&json!({"Resource": ["${aws:username}", "${AWS::Region}"]})),
            json!({"Resource": ["${aws:username}", {"Fn::Sub": "${AWS::Region}"}]})
        );
        let own = json!({"Resource": {"Fn::Sub": "${AWS::Region}"}});
        assert_eq!(substituted(&own), own);
    }

    #[test]
    fn names_that_differ_in_signs_alone_have_ids_of_their_own() {
        assert_ne!(unique_id("orders-dlq"), unique_id("orders_dlq"));
        assert!(unique_id("/orders/{id}").starts_with("OrdersId"));
    }
}
