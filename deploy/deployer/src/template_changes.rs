//! What differs between the template that a stack has and the one at hand, apart from the code.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::Value;

use crate::package::without_code;

/// Two templates without what code alone changes.
pub(crate) struct TemplateChanges {
    deployed: Value,
    given: Value,
}

impl TemplateChanges {
    /// Compares the template that a stack has with the one at hand.
    ///
    /// # Errors
    ///
    /// When one of them is no JSON.
    pub(crate) fn new(deployed: &str, given: &str) -> Result<Self> {
        Ok(Self {
            deployed: without_code(deployed)?,
            given: without_code(given)?,
        })
    }

    /// As [`Self::new`], of a stack that is not there.
    pub(crate) fn none() -> Self {
        Self {
            deployed: Value::Null,
            given: Value::Null,
        }
    }

    /// The properties of a resource that differ.
    pub(crate) fn properties(&self, logical_id: &str) -> Vec<String> {
        let pointer = |template: &Value| template["Resources"][logical_id]["Properties"].clone();
        different_members(&pointer(&self.deployed), &pointer(&self.given))
    }

    /// A property's values before and after, where both are short and can't be secrets.
    pub(crate) fn values(&self, logical_id: &str, property: &str) -> Option<String> {
        let [before, after] = [&self.deployed, &self.given].map(|template| {
            let value = &template["Resources"][logical_id]["Properties"][property];
            match value {
                Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
                Value::String(text) if text.len() <= 40 => Some(text.clone()),
                Value::Null => Some("none".to_owned()),
                // What is in an environment, above all, is nobody's to print.
                _ => None,
            }
        });
        let (before, after) = (before?, after?);
        (before != after).then(|| format!("{before} → {after}"))
    }

    /// All that differs, a line for each resource, and for each other part of the template.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let resources = |template: &Value| template["Resources"].clone();
        let (deployed, given) = (resources(&self.deployed), resources(&self.given));
        for id in different_members(&deployed, &given) {
            let of = |resources: &Value| resources[&*id]["Type"].as_str().unwrap_or_default().to_owned();
            lines.push(match (deployed.get(&*id), given.get(&*id)) {
                (None, _) => format!("{id} ({}) is new", of(&given)),
                (_, None) => format!("{id} ({}) is gone", of(&deployed)),
                _ => {
                    let mut changed: Vec<_> = self
                        .properties(&id)
                        .into_iter()
                        .map(|name| match self.values(&id, &name) {
                            Some(values) => format!("{name} ({values})"),
                            None => name,
                        })
                        .collect();
                    if changed.is_empty() {
                        changed = different_members(&deployed[&*id], &given[&*id]);
                    }
                    format!("{id} ({}): {}", of(&given), changed.join(", "))
                }
            });
        }
        lines.extend(self.parts());
        lines
    }

    /// The parts of the template that differ, apart from its resources.
    pub(crate) fn parts(&self) -> Vec<String> {
        let mut parts = different_members(&self.deployed, &self.given);
        parts.retain(|part| part != "Resources");
        parts
    }
}

/// The names of the members that two objects do not share.
fn different_members(one: &Value, other: &Value) -> Vec<String> {
    let names: BTreeSet<_> = [one, other]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|members| members.keys())
        .collect();
    let differs = |name: &&String| one.get(name) != other.get(name);
    names.into_iter().filter(differs).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changes(deployed: &Value, given: &Value) -> Vec<String> {
        TemplateChanges::new(&deployed.to_string(), &given.to_string())
            .unwrap()
            .lines()
    }

    #[test]
    fn what_differs_is_named_with_its_values() {
        let template = |memory: u32, secret: &str| {
            json!({"Resources": {"Hello": {"Type": "AWS::Lambda::Function", "Properties": {
                "Environment": {"Variables": {"KEY": secret}}, "MemorySize": memory, "Timeout": 3,
            }}}})
        };
        assert_eq!(
            changes(&template(128, "a"), &template(256, "b")),
            ["Hello (AWS::Lambda::Function): Environment, MemorySize (128 → 256)"]
        );
        assert!(changes(&template(128, "a"), &template(128, "a")).is_empty());
    }

    #[test]
    fn new_and_former_resources_and_other_parts_are_named() {
        let deployed = json!({"Resources": {"Old": {"Type": "AWS::SQS::Queue"}}, "Outputs": {}});
        let given = json!({"Resources": {"New": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Arn": {}}});
        assert_eq!(
            changes(&deployed, &given),
            [
                "New (AWS::SNS::Topic) is new",
                "Old (AWS::SQS::Queue) is gone",
                "Outputs"
            ]
        );
    }
}
