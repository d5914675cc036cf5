//! Logical IDs of resources, and functions' names.

use serde_json::{Value, json};

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

    /// The function's name.
    pub(crate) fn function(&self) -> Value {
        text(&self.pattern)
    }

    /// A text with the function's name in it.
    pub(crate) fn around(&self, before: &str, after: &str) -> Value {
        text(&format!("{before}{}{after}", self.pattern))
    }
}

/// A text in which pseudo parameters, such as `${AWS::AccountId}`, are substituted.
pub(crate) fn text(text: &str) -> Value {
    match text {
        "${AWS::StackName}" => json!({"Ref": "AWS::StackName"}),
        text if text.contains("${AWS::") => json!({"Fn::Sub": text}),
        text => json!(text),
    }
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
    }
}
