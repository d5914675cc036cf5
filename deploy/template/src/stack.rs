//! The template as a whole.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::{
    check::check,
    code::{Code, check_unzipped},
    event_source,
    function::{self, Parts, name_versions},
    layer,
    names::Names,
    patch::merge_patch,
    settings::Settings,
};

/// Renders the template of a stack, with a JSON Merge Patch over it.
///
/// # Errors
/// If a setting is none that Lambda takes. The message lists all of them, with the target's label. If the zip and its layers hold more than
/// Lambda takes, or not each of the stack's layers is there.
pub fn render(settings: &Settings, code: &Code, layers: &[Code], patch: &Value) -> Result<Value> {
    check(settings)?;
    check_unzipped(code, layers).context(settings.zip_label.clone())?;
    if layers.len() != settings.stack_layers.len() {
        bail!(
            "{}: there are {} layers in the settings, and {} zips of layers",
            settings.label,
            settings.stack_layers.len(),
            layers.len()
        );
    }
    let mut parts = Parts::default();
    let mut made = Vec::new();
    for (layer, code) in settings.stack_layers.iter().zip(layers) {
        let id = layer::add(&mut parts, layer, code);
        made.push(json!({"LogicalId": id, "Label": layer.label, "Sha256": code.hex()}));
        parts.layers.push(id);
    }
    let is_single = settings.functions.len() == 1;
    let mut functions = Vec::new();
    let mut ids = Vec::new();
    for function in &settings.functions {
        let names = Names::new(function, is_single);
        let target = function::add(&mut parts, settings, function, &names, code);
        event_source::add(&mut parts, function, &names, &target);
        functions.push(json!({"LogicalId": names.id, "Name": function.name}));
        ids.push(names.id);
    }
    if !parts.clashes.is_empty() {
        bail!(
            "{}: two resources of the stack would be the same ({}): name a function otherwise, or send events to one function",
            settings.label,
            parts.clashes.join(", ")
        );
    }
    tag(&mut parts.resources, settings);
    let mut template = json!({
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
                "Layers": made,
            },
        },
        "Parameters": {
            "CodeBucket": {"Type": "String", "Description": "The bucket that holds the zip, in the stack's Region."},
            "CodeKey": {"Type": "String", "Description": "The zip's key in it.", "Default": code.key()},
        },
        "Resources": parts.resources,
        "Outputs": parts.outputs,
    });
    merge_patch(&mut template, patch);
    // By what the functions are in the end.
    name_versions(&mut template, &ids, code);
    Ok(template)
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
