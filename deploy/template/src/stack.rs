//! The template as a whole.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::{
    check::check,
    code::Code,
    event_source,
    function::{self, Parts},
    names::Names,
    settings::Settings,
};

/// Renders the template of a stack.
///
/// # Errors
/// If a setting is none that Lambda takes. The message lists all of them, with the target's label.
pub fn render(settings: &Settings, code: &Code) -> Result<Value> {
    check(settings)?;
    let mut parts = Parts {
        resources: Map::new(),
        outputs: Map::new(),
    };
    let is_single = settings.functions.len() == 1;
    let mut functions = Vec::new();
    for function in &settings.functions {
        let names = Names::new(function, is_single);
        let target = function::add(&mut parts, settings, function, &names, code);
        event_source::add(&mut parts, function, &names, &target);
        functions.push(json!({"LogicalId": names.id, "Name": function.name}));
    }
    tag(&mut parts.resources, settings);
    Ok(json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("The functions of {}.", settings.zip_label),
        "Metadata": {
            // What the deployer needs to know besides.
            "RulesRustLambda": {
                "CodeSha256": code.hex(),
                "CodeSize": code.size,
                "Edge": settings.edge,
                "Functions": functions,
                "Label": settings.label,
            },
        },
        "Parameters": {
            "CodeBucket": {"Type": "String", "Description": "The bucket that holds the zip, in the stack's Region."},
            "CodeKey": {"Type": "String", "Description": "The zip's key in it.", "Default": code.key()},
        },
        "Resources": parts.resources,
        "Outputs": parts.outputs,
    }))
}

/// Types of resources that have tags, and whether these are an object in place of a list of pairs.
const TAGGED: [(&str, bool); 5] = [
    ("AWS::ApiGatewayV2::Api", true),
    ("AWS::IAM::Role", false),
    ("AWS::Lambda::Function", false),
    ("AWS::Logs::LogGroup", false),
    ("AWS::S3::Bucket", false),
];

fn tag(resources: &mut Map<String, Value>, settings: &Settings) {
    if settings.aws_tags.is_empty() {
        return;
    }
    let list: Vec<_> = settings
        .aws_tags
        .iter()
        .map(|(name, value)| json!({"Key": name, "Value": value}))
        .collect();
    for resource in resources.values_mut() {
        let tagged = TAGGED
            .iter()
            .find(|(resource_type, _)| resource["Type"] == *resource_type);
        if let Some((_, is_object)) = tagged {
            resource["Properties"]["Tags"] = if *is_object {
                json!(settings.aws_tags)
            } else {
                json!(list)
            };
        }
    }
}
