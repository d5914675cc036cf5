//! The template as a whole.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use stack_metadata::{CODE_BUCKET, CODE_KEY, KEY, StackMetadata};

use crate::{
    archive::{Archive, check_unpacked},
    asynchronous,
    check::{check, check_patched},
    event_source,
    function::{self, Parts, name_versions},
    layer,
    names::Names,
    patch::merge_patch,
    settings::Settings,
};

/// Renders the [template](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html) of a stack, with a JSON
/// Merge Patch over it.
///
/// # Errors
///
/// When a setting is none that Lambda takes, or a resource of the patch is of no type: the message lists all of them, with the target's
/// label. When the zip and its layers hold more than Lambda takes, or not each of the stack's layers is there.
///
/// # Example
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// use serde_json::json;
/// use template::{Archive, Settings, render};
///
/// let settings: Settings = serde_json::from_value(json!({
///     "label": "//shop:deploy",
///     "zip_label": "//shop:lambda_zip",
///     "architecture": "x86_64",
///     "runtime": "python3.13",
///     "edge": false,
///     "streaming": false,
///     "aws_tags": {},
///     "functions": [{"name": "create_order", "handler": "index.handler"}],
/// }))?;
/// let zip = Archive { sha256: [1; 32], size: 1000, unpacked: 2000 };
/// let template = render(&settings, &zip, &[], &json!({}))?;
/// assert_eq!(template["Resources"]["CreateOrder"]["Type"], "AWS::Lambda::Function");
/// # Ok(())
/// # }
/// ```
pub fn render(settings: &Settings, zip: &Archive, layers: &[Archive], patch: &Value) -> Result<Value> {
    check(settings)?;
    check_unpacked(zip, layers).context(settings.zip_label.clone())?;
    if layers.len() != settings.stack_layers.len() {
        bail!(
            "{}: there are {} layers in the settings, and {} zips of layers",
            settings.label,
            settings.stack_layers.len(),
            layers.len()
        );
    }
    let mut parts = Parts::default();
    let mut stack_layers = Vec::new();
    for (layer, archive) in settings.stack_layers.iter().zip(layers) {
        let layer = layer::add(&mut parts, layer, archive);
        parts.layers.push(layer.logical_id.clone());
        stack_layers.push(layer);
    }
    let is_single = settings.functions.len() == 1;
    let mut functions = Vec::new();
    for function in &settings.functions {
        let names = Names::new(function, is_single);
        let destination = function::add(&mut parts, settings, function, &names, zip);
        asynchronous::add(&mut parts, function, &names, &destination);
        event_source::add(&mut parts, function, &names, &destination);
        functions.push(names.stack_function(function));
    }
    if !parts.clashes.is_empty() {
        bail!(
            "{}: two resources of the stack would be the same ({}): name a function otherwise, or send events to one function",
            settings.label,
            parts.clashes.join(", ")
        );
    }
    tag(&mut parts.resources, settings);
    let metadata = StackMetadata {
        code_sha256: zip.hex(),
        code_size: zip.size,
        edge: settings.edge,
        functions,
        label: settings.label.clone(),
        layers: stack_layers,
    };
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("The functions of {}.", settings.zip_label),
        "Metadata": {KEY: metadata},
        "Parameters": {
            CODE_BUCKET: {"Type": "String", "Description": "The bucket that holds the zip, in the stack's Region."},
            CODE_KEY: {"Type": "String", "Description": "The zip's key in it.", "Default": zip.key()},
        },
        "Resources": parts.resources,
        "Outputs": parts.outputs,
    });
    merge_patch(&mut template, patch);
    check_patched(settings, &template)?;
    // By what the functions are in the end.
    name_versions(&mut template, &metadata.functions, zip);
    Ok(template)
}

/// Types of resources that have tags, by which property, and whether these are an object in place of a list of pairs.
const TAGGED: [(&str, &str, bool); 12] = [
    ("AWS::ApiGatewayV2::Api", "Tags", true),
    ("AWS::ApiGatewayV2::Stage", "Tags", true),
    ("AWS::Cognito::UserPool", "UserPoolTags", true),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", "Tags", false),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "Tags", false),
    ("AWS::Events::Rule", "Tags", false),
    ("AWS::IAM::Role", "Tags", false),
    ("AWS::IoT::TopicRule", "Tags", false),
    ("AWS::Lambda::EventSourceMapping", "Tags", false),
    ("AWS::Lambda::Function", "Tags", false),
    ("AWS::Logs::LogGroup", "Tags", false),
    ("AWS::S3::Bucket", "Tags", false),
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
            .find(|(resource_type, ..)| resource["Type"] == *resource_type);
        if let Some((_, property, is_object)) = tagged {
            resource["Properties"][*property] = if *is_object {
                json!(settings.aws_tags)
            } else {
                json!(list)
            };
        }
    }
}
