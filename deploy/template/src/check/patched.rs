//! What CloudFormation would refuse of a template that a patch has changed.

use serde_json::{Map, Value};

/// Says which resources have no type: a patch has most likely misspelt the name of one that the stack makes.
pub(crate) fn problems(resources: &Map<String, Value>) -> Vec<String> {
    let (typed, untyped): (Vec<_>, Vec<_>) = resources
        .iter()
        // CloudFormation makes resources of a macro or a loop.
        .filter(|(id, _)| !id.starts_with("Fn::"))
        .partition(|(_, resource)| resource.get("Type").is_some_and(Value::is_string));
    let names: Vec<&str> = typed.into_iter().map(|(id, _)| id.as_str()).collect();
    let problems = untyped.into_iter().map(|(id, _)| {
        let hint = match names.iter().find(|name| name.eq_ignore_ascii_case(id)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the stack's are {}", names.join(", ")),
        };
        format!("`template_patch`: the stack makes no resource `{id}` ({hint}); one of your own needs a `Type`")
    });
    problems.collect()
}
