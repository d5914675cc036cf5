//! Settings as they are read: a value that has not the form of its setting is a problem among others, and hides none.
//!
//! `serde` stops at the first such value, and does not say in which setting it is. So a setting whose absence changes what `serde` says is
//! taken for the one that is wrong, noted, and left out, until the rest can be read.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::settings::{EventSource, FunctionSettings, Settings};

impl Settings {
    /// Reads what a target says of its stack.
    ///
    /// Values of functions' settings that can't be read are kept as `problems`, and [`render`](crate::render) refuses them, with all else
    /// that is wrong.
    ///
    /// # Errors
    ///
    /// When what the rule writes itself, such as the label, has not its form.
    ///
    /// # Example
    ///
    /// ```
    /// # fn main() -> serde_json::Result<()> {
    /// use serde_json::json;
    /// use template::Settings;
    ///
    /// let settings = Settings::read(json!({
    ///     "label": "//shop:deploy",
    ///     "zip_label": "//shop:lambda_zip",
    ///     "architecture": "arm64",
    ///     "runtime": "python3.13",
    ///     "edge": false,
    ///     "streaming": false,
    ///     "aws_tags": {},
    ///     "functions": [{"name": "create_order", "handler": "index.handler", "url": "PUBLIC"}],
    /// }))?;
    /// assert_eq!(settings.problems, ["`url = \"PUBLIC\"`: use `AWS_IAM` or `NONE`"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn read(mut settings: Value) -> serde_json::Result<Self> {
        let mut problems = Vec::new();
        if let Some(functions) = settings["functions"].as_array_mut() {
            let is_single = functions.len() == 1;
            for function in functions {
                let found = check_function(function);
                let name = function["name"].as_str().unwrap_or_default();
                problems.extend(found.into_iter().map(|problem| match is_single {
                    true => problem,
                    false => format!("{name}: {problem}"),
                }));
            }
        }
        let mut settings = Self::deserialize(settings)?;
        settings.problems = problems;
        Ok(settings)
    }
}

/// Leaves out of a function's settings what can't be read, and says what that is.
fn check_function(function: &mut Value) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(sources) = function.get_mut("event_sources").and_then(Value::as_array_mut) {
        sources.retain_mut(|source| {
            let what = match source["type"].as_str() {
                Some(name) => format!("event_source.{name}: "),
                None => "`event_sources`: ".to_owned(),
            };
            let found = unreadable::<EventSource>(source, "type");
            let is_right = found.is_empty();
            problems.extend(found.into_iter().map(|problem| what.clone() + &problem));
            is_right
        });
    }
    problems.extend(unreadable::<FunctionSettings>(function, "name"));
    problems
}

/// Leaves out of an object what keeps it from being read, but for the member that says what it is, and says what that was.
fn unreadable<T: DeserializeOwned>(value: &mut Value, kept: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut removed: Vec<String> = Vec::new();
    while let Err(error) = T::deserialize(&*value) {
        let message = error.to_string();
        let missing = message
            .strip_prefix("missing field `")
            .map(|rest| rest.trim_end_matches('`'));
        if missing.is_some_and(|name| removed.iter().any(|other| other == name)) {
            break;
        }
        let culprit = match (&*value, missing) {
            (Value::Object(members), None) => culprit::<T>(members, kept, &message),
            _ => None,
        };
        let Some((name, members)) = culprit.zip(value.as_object_mut()) else {
            problems.push(explained(&message));
            break;
        };
        let wrong = members.remove(&name).unwrap_or_default();
        problems.push(if message.starts_with("unknown field") {
            format!("there is no `{name}`: take it out")
        } else {
            format!("`{name} = {wrong}`: {}", explained(&message))
        });
        removed.push(name);
    }
    problems
}

/// The member without which something else is said.
fn culprit<T: DeserializeOwned>(members: &Map<String, Value>, kept: &str, message: &str) -> Option<String> {
    let is_culprit = |name: &&String| {
        let mut others = members.clone();
        others.remove(*name);
        T::deserialize(&Value::Object(others))
            .err()
            .is_none_or(|error| error.to_string() != message)
    };
    members.keys().filter(|name| *name != kept).find(is_culprit).cloned()
}

/// What `serde` says, in the words of a BUILD file.
fn explained(message: &str) -> String {
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    let Some((_, expected)) = message.rsplit_once("expected ") else {
        return message.to_owned();
    };
    let expected = match expected {
        "u64" | "i64" => "a whole number of 0 or more",
        "a boolean" => "True or False",
        "a sequence" => "a list",
        "a map" => "a dict",
        "a string" => "a text",
        other => other.strip_prefix("one of ").unwrap_or(other),
    };
    format!("use {expected}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(function: Value) -> Vec<String> {
        let mut all = json!({"name": "f", "handler": "index.f"});
        crate::merge_patch(&mut all, &function);
        check_function(&mut all)
    }

    #[test]
    fn each_value_that_can_not_be_read_is_named() {
        assert_eq!(
            problems(json!({
                "env": ["A"],
                "log_format": 1,
                "memory_mb": "256",
                "snap_start": "yes",
                "timeout_seconds": -1,
                "url": "PUBLIC",
            })),
            [
                "`env = [\"A\"]`: use a dict",
                "`log_format = 1`: use a text",
                "`memory_mb = \"256\"`: use a whole number of 0 or more",
                "`snap_start = \"yes\"`: use True or False",
                "`timeout_seconds = -1`: use a whole number of 0 or more",
                "`url = \"PUBLIC\"`: use `AWS_IAM` or `NONE`",
            ]
        );
        assert_eq!(problems(json!({"memory_mb": 64})), [""; 0]);
    }

    #[test]
    fn event_sources_are_read_each() {
        let sources = json!([
            {"type": "http_api", "method": "GET", "path": "/"},
            {"type": "http_api", "method": 1, "path": 2},
            {"type": "schedule", "input": null},
            {"type": "pigeon"},
            {"type": "event_pattern", "pattern": {}, "bus": "mine"},
            {"queue": "x"},
        ]);
        let found = problems(json!({"event_sources": sources}));
        assert_eq!(
            found[..3],
            [
                "event_source.http_api: `method = 1`: use a text",
                "event_source.http_api: `path = 2`: use a text",
                "event_source.schedule: `expression` is missing",
            ]
        );
        assert!(found[3].starts_with("event_source.pigeon: use "), "{}", found[3]);
        assert_eq!(
            found[4..],
            [
                "event_source.event_pattern: there is no `bus`: take it out",
                "`event_sources`: `type` is missing",
            ]
        );
    }
}
