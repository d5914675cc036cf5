//! What Lambda would refuse, found before anything is built or sent.

mod bucket;
mod event_source;
mod function;
mod load_balancer;
mod mapping;
mod patched;
mod pseudo;
mod schedule;
mod tags;
mod target;

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::Value;
use stack_metadata::LAYER_NAME_MAX;

use crate::{layer::layer_name, names::logical_id, settings::Settings};

/// Fails with all that is wrong with a stack's settings.
///
/// # Errors
///
/// A line for each setting that Lambda does not take, below the target's label.
pub(crate) fn check(settings: &Settings) -> Result<()> {
    let mut problems = settings.problems.clone();
    tags::check(&settings.aws_tags, &mut problems);
    let mut layers: BTreeMap<String, &str> = BTreeMap::new();
    for layer in &settings.stack_layers {
        // Behind a stack's name of one letter. How long that is, the deployer knows.
        let length = layer.name.len() + "s-".len();
        if length > LAYER_NAME_MAX {
            problems.push(format!(
                "the layer {} is called <stack>-{}, which has {length} characters or more, and Lambda takes {LAYER_NAME_MAX}: shorten \
                 the target's name",
                layer.label, layer.name
            ));
        }
        if let Some(other) = layers.insert(layer_name(&layer.name), &layer.label) {
            problems.push(format!(
                "the layers {other} and {} would have one name, and Lambda gives a function one version of a layer: name one of the \
                 targets otherwise",
                layer.label
            ));
        }
    }
    bucket::check_overlaps(settings, &mut problems);
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    for function in &settings.functions {
        let id = logical_id(&function.name);
        if id.is_empty() {
            problems.push(format!(
                "{:?} has no letter or digit: name the function otherwise",
                function.name
            ));
        }
        if let Some(other) = ids.insert(id, &function.name) {
            problems.push(format!(
                "{other:?} and {:?} are the same to CloudFormation, which takes letters and digits alone: name one of them otherwise",
                function.name
            ));
        }
        let is_single = settings.functions.len() == 1;
        problems.extend(
            function::check(settings, function)
                .into_iter()
                .map(|problem| match is_single {
                    true => problem,
                    false => format!("{}: {problem}", function.name),
                }),
        );
    }
    all(settings, &problems)
}

/// Fails with all that is wrong with a template after a patch.
///
/// # Errors
///
/// A line for each resource that CloudFormation does not take, below the target's label.
pub(crate) fn check_patched(settings: &Settings, template: &Value) -> Result<()> {
    let resources = template["Resources"].as_object();
    all(settings, &resources.map(patched::problems).unwrap_or_default())
}

fn all(settings: &Settings, problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}:\n  - {}", settings.label, problems.join("\n  - "))
}
