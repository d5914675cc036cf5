//! What an expected file says of a value: the value itself, or a matcher, an object with the only key `$match`.
//!
//! No response that is expected as it is can be taken for one: where it has such an object, `{"$match": {"equals": …}}` holds it.

use std::fmt;

use regex_lite::Regex;
use serde_json::{Map, Value, json};

/// The key of a matcher.
const MATCH: &str = "$match";

/// How a matcher may be written, for messages.
const FORMS: &str =
    "write \"any\", \"ignored\", or an object with one of `contains`, `equals`, `json`, `pattern` and `type`";

/// What a value should be.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    expected: Expected,
    /// As it is written.
    written: Value,
}

#[derive(Clone, Debug)]
enum Expected {
    /// A text, a number, `true`, `false` or `null`.
    Equal(Value),
    Array(Vec<Pattern>),
    Object(Vec<(String, Pattern)>),
    /// Any value.
    Any,
    /// Any value, or none.
    Ignored,
    /// An object with these among others.
    ContainsMembers(Vec<(String, Pattern)>),
    /// An array with these among others, in any order.
    ContainsElements(Vec<Pattern>),
    /// A text with this one in it.
    ContainsText(String),
    /// A text of JSON.
    Json(Box<Pattern>),
    /// A text that a regular expression is found in.
    Text(Regex),
    /// A value of this kind.
    Kind(String),
}

/// A place in a value, where it is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// As JSONPath writes it: `$.items[0].id`.
    path: String,
    what: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.what)
    }
}

/// The kinds of values, as `type` has them.
const KINDS: [&str; 6] = ["array", "boolean", "null", "number", "object", "string"];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The path of an object's member.
fn member(path: &str, name: &str) -> String {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    match is_word(name) && !name.starts_with(|first: char| first.is_numeric()) {
        true => format!("{path}.{name}"),
        false => format!("{path}[{}]", json!(name)),
    }
}

impl Pattern {
    /// Reads what a file says.
    ///
    /// # Errors
    ///
    /// All matchers that are none, by their paths.
    pub(crate) fn new(written: &Value) -> Result<Self, Vec<Mismatch>> {
        let mut wrong = Vec::new();
        let pattern = Self::read(written, "$", &mut wrong);
        if wrong.is_empty() { Ok(pattern) } else { Err(wrong) }
    }

    /// A value that is expected as it is.
    fn equal(value: &Value) -> Self {
        let members = |object: &Map<String, Value>| {
            let members = object.iter();
            members
                .map(|(name, value)| (name.clone(), Self::equal(value)))
                .collect()
        };
        Self {
            expected: match value {
                Value::Array(elements) => Expected::Array(elements.iter().map(Self::equal).collect()),
                Value::Object(object) => Expected::Object(members(object)),
                value => Expected::Equal(value.clone()),
            },
            written: value.clone(),
        }
    }

    fn read(written: &Value, path: &str, wrong: &mut Vec<Mismatch>) -> Self {
        let expected = match written {
            Value::Array(elements) => Expected::Array(Self::elements(elements, path, wrong)),
            Value::Object(object) if object.len() == 1 && object.contains_key(MATCH) => {
                Self::matcher(&object[MATCH], path, wrong)
            }
            Value::Object(object) => {
                if object.contains_key(MATCH) {
                    wrong.push(Mismatch {
                        path: path.to_owned(),
                        what: "`$match` stands alone in its object: take the other keys out, or put all into `equals`"
                            .to_owned(),
                    });
                }
                Expected::Object(Self::members(object, path, wrong))
            }
            value => Expected::Equal(value.clone()),
        };
        Self {
            expected,
            written: written.clone(),
        }
    }

    fn members(object: &Map<String, Value>, path: &str, wrong: &mut Vec<Mismatch>) -> Vec<(String, Self)> {
        let members = object.iter();
        members
            .map(|(name, value)| (name.clone(), Self::read(value, &member(path, name), wrong)))
            .collect()
    }

    fn elements(elements: &[Value], path: &str, wrong: &mut Vec<Mismatch>) -> Vec<Self> {
        let elements = elements.iter().enumerate();
        elements
            .map(|(index, value)| Self::read(value, &format!("{path}[{index}]"), wrong))
            .collect()
    }

    fn matcher(form: &Value, path: &str, wrong: &mut Vec<Mismatch>) -> Expected {
        let mut refuse = |what: String| {
            wrong.push(Mismatch {
                path: path.to_owned(),
                what,
            });
            Expected::Any
        };
        let (name, value) = match form {
            Value::String(name) if name == "any" => return Expected::Any,
            Value::String(name) if name == "ignored" => return Expected::Ignored,
            Value::Object(form) if form.len() == 1 => match form.iter().next() {
                Some((name, value)) => (name.as_str(), value),
                None => return refuse(format!("this is no matcher: {FORMS}")),
            },
            _ => return refuse(format!("{form} is no matcher: {FORMS}")),
        };
        match (name, value) {
            ("contains", Value::String(text)) => Expected::ContainsText(text.clone()),
            ("contains", Value::Array(elements)) => Expected::ContainsElements(Self::elements(elements, path, wrong)),
            ("contains", Value::Object(object)) => Expected::ContainsMembers(Self::members(object, path, wrong)),
            ("equals", value) => Self::equal(value).expected,
            ("json", value) => Expected::Json(Box::new(Self::read(value, path, wrong))),
            ("pattern", Value::String(pattern)) => match Regex::new(pattern) {
                Ok(regex) => Expected::Text(regex),
                Err(error) => refuse(format!("`pattern` is no regular expression: {error}")),
            },
            ("type", Value::String(name)) if KINDS.contains(&name.as_str()) => Expected::Kind(name.clone()),
            ("contains", _) => refuse("`contains` takes a string, an array or an object".to_owned()),
            ("pattern", _) => refuse("`pattern` takes a string with a regular expression".to_owned()),
            ("type", _) => refuse(format!("`type` takes one of {}", KINDS.join(", "))),
            _ => refuse(format!("`{name}` is no matcher: {FORMS}")),
        }
    }

    /// Whether there is a matcher in it.
    pub(crate) fn has_matchers(&self) -> bool {
        is_matcher(&self.written)
            || match &self.expected {
                Expected::Array(elements) => elements.iter().any(Self::has_matchers),
                Expected::Object(members) => members.iter().any(|(_, value)| value.has_matchers()),
                _ => false,
            }
    }

    /// All places where a value is not as it should be.
    pub(crate) fn mismatches(&self, actual: &Value) -> Vec<Mismatch> {
        let mut found = Vec::new();
        self.compare(actual, "$", &mut found);
        found
    }

    fn matches(&self, actual: &Value) -> bool {
        self.mismatches(actual).is_empty()
    }

    fn compare(&self, actual: &Value, path: &str, found: &mut Vec<Mismatch>) {
        let mut differs = |expected: &str| {
            found.push(Mismatch {
                path: path.to_owned(),
                what: format!("expected {expected}, and it is {}", short(actual)),
            });
        };
        match (&self.expected, actual) {
            (Expected::Any | Expected::Ignored, _) => {}
            (Expected::Array(expected), Value::Array(elements)) => {
                for (index, pattern) in expected.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    match elements.get(index) {
                        Some(value) => pattern.compare(value, &path, found),
                        None => pattern.misses(&path, found),
                    }
                }
                for (index, value) in elements.iter().enumerate().skip(expected.len()) {
                    found.push(Mismatch {
                        path: format!("{path}[{index}]"),
                        what: format!("not expected, and it is {}", short(value)),
                    });
                }
            }
            (Expected::Object(expected), Value::Object(object)) => {
                compare_members(expected, object, path, found);
                for (name, value) in object {
                    if !expected.iter().any(|(expected, _)| expected == name) {
                        found.push(Mismatch {
                            path: member(path, name),
                            what: format!("not expected, and it is {}", short(value)),
                        });
                    }
                }
            }
            (Expected::ContainsMembers(expected), Value::Object(object)) => {
                compare_members(expected, object, path, found);
            }
            (Expected::ContainsElements(expected), Value::Array(elements)) => {
                for pattern in expected
                    .iter()
                    .filter(|pattern| !elements.iter().any(|value| pattern.matches(value)))
                {
                    differs(&format!("an array that contains {}", short(&pattern.written)));
                }
            }
            (Expected::ContainsText(part), Value::String(text)) if text.contains(part.as_str()) => {}
            (Expected::Text(regex), Value::String(text)) if regex.is_match(text) => {}
            (Expected::Kind(name), value) if kind(value) == name => {}
            (Expected::Json(pattern), Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => pattern.compare(&value, &format!("{path}.json"), found),
                Err(_) => differs("a string of JSON"),
            },
            (Expected::Equal(expected), value) if expected == value => {}
            (Expected::Equal(expected), _) => differs(&short(expected)),
            (Expected::Array(_), _) => differs("an array"),
            (Expected::Object(_) | Expected::ContainsMembers(_), _) => differs("an object"),
            (Expected::ContainsElements(_), _) => differs("an array that contains others"),
            (Expected::ContainsText(part), _) => differs(&format!("a string that contains {}", json!(part))),
            (Expected::Text(regex), _) => differs(&format!("a string in which /{regex}/ is found")),
            (Expected::Kind(name), _) => differs(&format!("a value of type {name}")),
            (Expected::Json(_), _) => differs("a string of JSON"),
        }
    }

    /// Says that a value is not there, if it has to be.
    fn misses(&self, path: &str, found: &mut Vec<Mismatch>) {
        if !matches!(self.expected, Expected::Ignored) {
            found.push(Mismatch {
                path: path.to_owned(),
                what: format!("expected {}, and there is none", short(&self.written)),
            });
        }
    }

    /// What a file may say for a value to be as it should be: the value, with the matchers that it is in accord with.
    pub(crate) fn updated(&self, actual: &Value) -> Value {
        if is_matcher(&self.written) {
            return match (&self.expected, actual) {
                _ if self.matches(actual) => self.written.clone(),
                (Expected::ContainsMembers(expected), Value::Object(object)) => {
                    let members = expected
                        .iter()
                        .filter_map(|(name, pattern)| Some((name.clone(), pattern.updated(object.get(name)?))));
                    json!({MATCH: {"contains": members.collect::<Map<_, _>>()}})
                }
                (Expected::Json(pattern), Value::String(text)) => match serde_json::from_str(text) {
                    Ok(value) => json!({MATCH: {"json": pattern.updated(&value)}}),
                    Err(_) => literal(actual),
                },
                _ => literal(actual),
            };
        }
        match (&self.expected, actual) {
            (Expected::Array(expected), Value::Array(elements)) => {
                let elements = elements.iter().enumerate();
                let updated = elements.map(|(index, value)| match expected.get(index) {
                    Some(pattern) => pattern.updated(value),
                    None => literal(value),
                });
                Value::Array(updated.collect())
            }
            (Expected::Object(expected), Value::Object(object)) => {
                let mut updated: Map<String, Value> = object
                    .iter()
                    .map(|(name, value)| (name.clone(), literal(value)))
                    .collect();
                for (name, pattern) in expected {
                    match object.get(name) {
                        Some(value) => updated.insert(name.clone(), pattern.updated(value)),
                        None if matches!(pattern.expected, Expected::Ignored) => {
                            updated.insert(name.clone(), pattern.written.clone())
                        }
                        None => None,
                    };
                }
                Value::Object(updated)
            }
            _ => literal(actual),
        }
    }

    /// The value with what it is to be in place of what is in accord with a matcher, for a diff that shows the rest.
    pub(crate) fn shown(&self, actual: &Value) -> Value {
        match (&self.expected, actual) {
            _ if is_matcher(&self.written) => match self.matches(actual) {
                true => actual.clone(),
                false => self.written.clone(),
            },
            (Expected::Array(expected), Value::Array(elements)) => {
                let shown = expected
                    .iter()
                    .enumerate()
                    .map(|(index, pattern)| match elements.get(index) {
                        Some(value) => pattern.shown(value),
                        None => pattern.written.clone(),
                    });
                Value::Array(shown.collect())
            }
            (Expected::Object(expected), Value::Object(object)) => {
                let members = expected.iter().filter_map(|(name, pattern)| match object.get(name) {
                    Some(value) => Some((name.clone(), pattern.shown(value))),
                    None if matches!(pattern.expected, Expected::Ignored) => None,
                    None => Some((name.clone(), pattern.written.clone())),
                });
                Value::Object(members.collect())
            }
            _ => self.written.clone(),
        }
    }
}

fn compare_members(expected: &[(String, Pattern)], object: &Map<String, Value>, path: &str, found: &mut Vec<Mismatch>) {
    for (name, pattern) in expected {
        let path = member(path, name);
        match object.get(name) {
            Some(value) => pattern.compare(value, &path, found),
            None => pattern.misses(&path, found),
        }
    }
}

fn is_matcher(written: &Value) -> bool {
    written
        .as_object()
        .is_some_and(|object| object.len() == 1 && object.contains_key(MATCH))
}

/// A value as a file has it that is to be expected as it is.
fn literal(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(literal).collect()),
        Value::Object(object) if object.contains_key(MATCH) => json!({MATCH: {"equals": value}}),
        Value::Object(object) => {
            let members = object.iter().map(|(name, value)| (name.clone(), literal(value)));
            Value::Object(members.collect())
        }
        value => value.clone(),
    }
}

/// A value in a line.
fn short(value: &Value) -> String {
    const LONGEST: usize = 120;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pattern: Value, actual: Value) -> Vec<String> {
        let pattern = Pattern::new(&pattern).unwrap();
        pattern.mismatches(&actual).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_value_is_as_a_matcher_says() {
        let m = |form: Value| json!({"$match": form});
        for (pattern, actual) in [
            (json!({"a": [1, null, true, "x"]}), json!({"a": [1, null, true, "x"]})),
            (m(json!("any")), json!({"a": 1})),
            (json!({"id": m(json!("any"))}), json!({"id": null})),
            (json!({"id": m(json!("ignored"))}), json!({})),
            (json!({"id": m(json!("ignored"))}), json!({"id": [1]})),
            (m(json!({"contains": "lo"})), json!("hello")),
            (m(json!({"contains": [3, 1]})), json!([1, 2, 3])),
            (m(json!({"contains": [{"a": 1}]})), json!([{"b": 1}, {"a": 1}])),
            (
                m(json!({"contains": {"a": m(json!({"type": "number"}))}})),
                json!({"a": 5, "b": 6}),
            ),
            (m(json!({"equals": {"$match": "any"}})), json!({"$match": "any"})),
            (m(json!({"json": {"a": m(json!("any"))}})), json!("{\"a\": 1}")),
            (m(json!({"pattern": "^[0-9a-f]{4}-\\d+$"})), json!("0a1b-77")),
            (m(json!({"type": "object"})), json!({})),
            (m(json!({"type": "null"})), json!(null)),
        ] {
            assert_eq!(told(pattern.clone(), actual), [""; 0], "{pattern}");
        }
    }

    #[test]
    fn all_that_differs_is_told_by_its_path() {
        let pattern = json!({
            "a b": 1,
            "body": {"$match": {"json": {"n": {"$match": {"type": "number"}}}}},
            "gone": {"$match": "any"},
            "id": {"$match": {"pattern": "^x"}},
            "items": [{"k": 1}, 2, 3],
            "list": {"$match": {"contains": [7]}},
            "part": {"$match": {"contains": {"m": {"$match": {"contains": "y"}}}}},
            "text": {"$match": {"contains": "z"}},
        });
        let actual = json!({
            "a b": 2, "body": "{\"n\": \"1\"}", "id": 5, "items": [{"k": 2, "l": 1}, 2], "list": [1], "more": true,
            "part": {"m": "x"}, "text": "abc",
        });
        assert_eq!(
            told(pattern, actual),
            [
                "$[\"a b\"]: expected 1, and it is 2",
                "$.body.json.n: expected a value of type number, and it is \"1\"",
                "$.gone: expected {\"$match\":\"any\"}, and there is none",
                "$.id: expected a string in which /^x/ is found, and it is 5",
                "$.items[0].k: expected 1, and it is 2",
                "$.items[0].l: not expected, and it is 1",
                "$.items[2]: expected 3, and there is none",
                "$.list: expected an array that contains 7, and it is [1]",
                "$.part.m: expected a string that contains \"y\", and it is \"x\"",
                "$.text: expected a string that contains \"z\", and it is \"abc\"",
                "$.more: not expected, and it is true",
            ]
        );
        assert_eq!(told(json!([1]), json!({})), ["$: expected an array, and it is {}"]);
        assert_eq!(
            told(json!({}), json!([1, 2])),
            ["$: expected an object, and it is [1,2]"]
        );
        assert_eq!(told(json!([1]), json!([1, 2])), ["$[1]: not expected, and it is 2"]);
    }

    #[test]
    fn what_is_no_matcher_is_named_by_its_path() {
        let wrong = Pattern::new(&json!({
            "a": {"$match": "some"},
            "b": {"$match": {"regex": "x"}},
            "c": [{"$match": {"pattern": "("}}],
            "d": {"$match": {"contains": 1}},
            "e": {"$match": {"type": "integer"}},
            "f": {"$match": "any", "g": 1},
            "h": {"$match": {}},
        }));
        let wrong: Vec<String> = wrong.unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(wrong.len(), 7, "{wrong:#?}");
        for (told, part) in wrong.iter().zip([
            "$.a: \"some\" is no matcher: write \"any\"",
            "$.b: `regex` is no matcher",
            "$.c[0]: `pattern` is no regular expression",
            "$.d: `contains` takes",
            "$.e: `type` takes one of array, boolean",
            "$.f: `$match` stands alone",
            "$.h: {} is no matcher",
        ]) {
            assert!(told.starts_with(part), "{told}");
        }
    }

    #[test]
    fn an_update_keeps_the_matchers_that_are_in_accord() {
        let any = json!({"$match": "any"});
        for (pattern, actual, expected) in [
            (
                json!({"a": 1, "b": any}),
                json!({"a": 2, "b": 3, "c": 4}),
                json!({"a": 2, "b": any, "c": 4}),
            ),
            (
                json!({"a": {"$match": {"pattern": "^x"}}}),
                json!({"a": "y"}),
                json!({"a": "y"}),
            ),
            (
                json!({"a": {"$match": "ignored"}, "b": 1}),
                json!({"b": 2}),
                json!({"a": {"$match": "ignored"}, "b": 2}),
            ),
            (json!({"a": 1}), json!({}), json!({})),
            (json!([any, 1]), json!([5, 2, 3]), json!([any, 2, 3])),
            (json!([1, 2]), json!([1]), json!([1])),
            (
                json!(1),
                json!({"$match": "any"}),
                json!({"$match": {"equals": {"$match": "any"}}}),
            ),
            (
                json!({"$match": {"contains": {"a": any, "b": 1, "c": 1}}}),
                json!({"a": 5, "b": 2, "d": 7}),
                json!({"$match": {"contains": {"a": any, "b": 2}}}),
            ),
            (
                json!({"$match": {"json": {"id": any, "n": 1}}}),
                json!("{\"id\": 4, \"n\": 2}"),
                json!({"$match": {"json": {"id": any, "n": 2}}}),
            ),
        ] {
            let updated = Pattern::new(&pattern).unwrap().updated(&actual);
            assert_eq!(updated, expected, "{pattern}");
            assert!(Pattern::new(&updated).unwrap().matches(&actual), "{updated}");
        }
    }

    #[test]
    fn a_diff_shows_what_is_not_in_accord() {
        let pattern = Pattern::new(
            &json!({"a": {"$match": "any"}, "b": {"$match": {"type": "null"}}, "c": [1, {"$match": "any"}]}),
        );
        let shown = pattern.unwrap().shown(&json!({"a": 5, "b": 6, "c": [2, 3]}));
        assert_eq!(shown, json!({"a": 5, "b": {"$match": {"type": "null"}}, "c": [1, 3]}));
    }
}
