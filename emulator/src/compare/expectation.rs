//! What an invocation should end with, and how what it ended with differs.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::{
    diff::{self, Labeled},
    pattern::{Mismatch, Pattern},
};
use crate::{
    http_response::HttpResponse,
    json_file::read_json,
    runtime_api::Outcome,
    streamed::{Streamed, has_prelude},
};

const COMPARED: [&str; 2] = ["errorType", "errorMessage"];
const IGNORED: [&str; 2] = ["requestId", "stackTrace"];

/// What an invocation should end with.
///
/// ```
/// use emulator::{compare::Expectation, runtime_api::Outcome};
/// use serde_json::json;
///
/// let expected = Expectation::Response(json!({"a": 1}));
/// let answer = |body: &str| Outcome::Response { body: body.into(), content_type: None };
/// assert_eq!(expected.check(&answer("{\"a\":1}")), Ok(()));
/// assert!(expected.check(&answer("2")).unwrap_err().contains("+2"));
///
/// let expected = Expectation::Response(json!({"id": {"$match": {"pattern": "^[0-9]+$"}}}));
/// assert_eq!(expected.check(&answer("{\"id\":\"7\"}")), Ok(()));
/// let difference = expected.check(&answer("{\"id\":\"x\"}")).unwrap_err();
/// assert!(difference.starts_with("$.id: expected a string in which /^[0-9]+$/ is found, and it is \"x\"\n"));
/// ```
#[derive(Clone, Debug)]
pub enum Expectation {
    /// A response that equals this one as JSON, and is as its matchers say; or if it is a streamed HTTP response, by its meaning.
    Response(Value),
    /// An error with these values.
    Error(Map<String, Value>),
    /// A failure to start with these values.
    InitError(Map<String, Value>),
}

impl Expectation {
    /// Reads an expected response.
    ///
    /// # Errors
    ///
    /// If the file is no JSON, or a matcher in it is none.
    pub fn response(path: &Path) -> Result<Self> {
        let expected = read_json(path)?;
        check_matchers(path, &expected)?;
        Ok(Self::Response(expected))
    }

    /// The expectation of a response that is not known yet, which none is in accord with.
    pub(crate) fn unknown_response() -> Self {
        Self::Response(unknown())
    }

    /// The same of an error.
    pub(crate) fn unknown_error() -> Map<String, Value> {
        COMPARED.iter().map(|name| ((*name).to_owned(), unknown())).collect()
    }

    /// Reads an expected error.
    ///
    /// # Errors
    ///
    /// If the file is no object with `errorType`, `errorMessage` or both.
    pub fn error(path: &Path) -> Result<Self> {
        Ok(Self::Error(read_error(path)?))
    }

    /// Reads an expected failure to start.
    ///
    /// # Errors
    ///
    /// If the file is no object with `errorType`, `errorMessage` or both.
    pub fn init_error(path: &Path) -> Result<Self> {
        Ok(Self::InitError(read_error(path)?))
    }

    /// Compares an outcome with what is expected.
    ///
    /// # Errors
    ///
    /// How the outcome differs, if it does.
    pub fn check(&self, outcome: &Outcome) -> Result<(), String> {
        match (self, outcome) {
            (Self::Response(expected), Outcome::Response { body, content_type })
                if has_prelude(content_type.as_deref()) =>
            {
                match Streamed::parse(body)? {
                    Streamed::Whole(head, body) => {
                        let actual = HttpResponse::new(head, body).to_json();
                        if has_matchers(expected) {
                            return compare(expected, &without_defaults(actual, expected));
                        }
                        let expected = HttpResponse::buffered(expected)
                            .map_err(|_| "the function streamed an HTTP response: expect one with a statusCode")?;
                        compare(&expected.to_json(), &actual)
                    }
                    Streamed::Broken(message) => Err(format!("the response's stream broke off: {message}")),
                }
            }
            (Self::Response(expected), Outcome::Response { body, .. }) => compare(expected, &parse(body)?),
            (Self::Error(expected), Outcome::Error { body, .. })
            | (Self::InitError(expected), Outcome::InitError { body }) => {
                let mut actual = parse(body)?;
                if let Value::Object(actual) = &mut actual {
                    actual.retain(|name, _| expected.contains_key(name));
                }
                compare(&Value::Object(expected.clone()), &actual)
            }
            _ => Err(format!("expected {}, but {}", self.kind(), describe(outcome))),
        }
    }

    /// What the file would have to hold to expect an outcome; `None` if that is of another kind.
    pub(crate) fn updated(&self, outcome: &Outcome) -> Option<Value> {
        match (self, outcome) {
            (Self::Response(expected), Outcome::Response { body, content_type }) => {
                let actual = match has_prelude(content_type.as_deref()) {
                    true => match Streamed::parse(body).ok()? {
                        Streamed::Whole(head, body) => {
                            without_defaults(HttpResponse::new(head, body).to_json(), expected)
                        }
                        Streamed::Broken(_) => return None,
                    },
                    false => parse(body).ok()?,
                };
                Some(Pattern::new(expected).ok()?.updated(&actual))
            }
            (Self::Error(expected), Outcome::Error { body, .. })
            | (Self::InitError(expected), Outcome::InitError { body }) => {
                let mut actual = parse(body).ok()?;
                actual.as_object_mut()?.retain(|name, _| expected.contains_key(name));
                Some(Pattern::new(&Value::Object(expected.clone())).ok()?.updated(&actual))
            }
            _ => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Response(_) => "a response",
            Self::Error(_) => "an error",
            Self::InitError(_) => "an error as the function starts",
        }
    }
}

/// A matcher that no value is in accord with.
fn unknown() -> Value {
    json!({"$match": {"pattern": "[^\\s\\S]"}})
}

fn read_error(path: &Path) -> Result<Map<String, Value>> {
    let Value::Object(mut error) = read_json(path)? else {
        bail!(
            "{} is not an object: write {{\"errorType\": ..., \"errorMessage\": ...}}",
            path.display()
        );
    };
    error.retain(|name, _| !IGNORED.contains(&name.as_str()));
    if let Some(name) = error.keys().find(|name| !COMPARED.contains(&name.as_str())) {
        bail!(
            "{} has the key {name:?}, which no error has: use errorType and errorMessage",
            path.display()
        );
    }
    if error.is_empty() {
        bail!(
            "{} would match any error: give errorType, errorMessage or both",
            path.display()
        );
    }
    for (name, value) in &error {
        check_matchers(path, value).with_context(|| format!("in {name}"))?;
    }
    Ok(error)
}

/// Makes sure that all matchers are some.
fn check_matchers(path: &Path, expected: &Value) -> Result<()> {
    match Pattern::new(expected) {
        Ok(_) => Ok(()),
        Err(wrong) => bail!("{} has matchers that are none:\n{}", path.display(), lines(&wrong)),
    }
}

fn has_matchers(expected: &Value) -> bool {
    Pattern::new(expected).is_ok_and(|pattern| pattern.has_matchers())
}

/// What a streamed response means, without what it has not got and is not expected to have.
fn without_defaults(mut response: Value, expected: &Value) -> Value {
    if let Value::Object(response) = &mut response {
        let is_empty = |value: &Value| [json!({}), json!([]), json!("")].contains(value);
        response.retain(|name, value| !is_empty(value) || expected.get(name).is_some());
    }
    response
}

fn lines(mismatches: &[Mismatch]) -> String {
    let lines: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn parse(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| {
        format!(
            "the answer is not valid JSON ({error}):\n{}",
            String::from_utf8_lossy(body)
        )
    })
}

/// All that differs, by its path, and then as a diff.
fn compare(expected: &Value, actual: &Value) -> Result<(), String> {
    let pattern = Pattern::new(expected).map_err(|wrong| lines(&wrong))?;
    let mismatches = pattern.mismatches(actual);
    if mismatches.is_empty() {
        return Ok(());
    }
    let diff = diff::json(Labeled("expected", &pattern.shown(actual)), Labeled("actual", actual));
    Err(format!("{}\n{}", lines(&mismatches), diff.unwrap_or_default()))
}

/// An outcome in words.
pub(crate) fn describe(outcome: &Outcome) -> String {
    let pretty = |body: &[u8]| parse(body).map_or_else(|text| text, |value| format!("{value:#}"));
    match outcome {
        Outcome::Response { body, .. } => format!("the function returned:\n{}", pretty(body)),
        Outcome::Error { body, .. } => format!("the function failed:\n{}", pretty(body)),
        Outcome::InitError { body } => format!("the function could not start:\n{}", pretty(body)),
        Outcome::TimedOut(reason) => {
            format!("{reason} in time: speed the function up, or raise --timeout-seconds")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn response(body: &str) -> Outcome {
        Outcome::Response {
            body: body.into(),
            content_type: None,
        }
    }

    fn read(text: &str) -> Result<Expectation> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Expectation::error(file.path())
    }

    #[test]
    fn a_response_is_compared_as_json() {
        let expected = Expectation::Response(json!({"a": 1, "b": [2]}));
        assert_eq!(expected.check(&response("{\"b\":[2],\n\"a\":1}")), Ok(()));
        let diff = expected.check(&response("{\"a\":1,\"b\":[3]}")).unwrap_err();
        assert!(diff.contains("--- expected\n+++ actual\n"), "{diff}");
        assert!(diff.contains("-    2\n+    3\n"), "{diff}");
        assert!(expected.check(&response("oops")).unwrap_err().contains("oops"));
    }

    #[test]
    fn a_streamed_response_is_compared_by_its_meaning() {
        let streamed = Outcome::Response {
            body: b"{\"statusCode\":201,\"headers\":{\"a\":\"1\"}}\0\0\0\0\0\0\0\0hi".to_vec(),
            content_type: Some("application/vnd.awslambda.http-integration-response".to_owned()),
        };
        let expected = Expectation::Response(json!({"statusCode": 201, "headers": {"A": "1"}, "body": "hi"}));
        assert_eq!(expected.check(&streamed), Ok(()));
        let other = Expectation::Response(json!({"statusCode": 201, "body": "hi"}));
        assert!(other.check(&streamed).unwrap_err().contains("+    \"a\": \"1\""));
        let none = Expectation::Response(json!("hi"));
        assert!(none.check(&streamed).unwrap_err().contains("statusCode"));
    }

    #[test]
    fn a_streamed_response_is_compared_with_matchers() {
        let streamed = Outcome::Response {
            body: b"{\"statusCode\":201,\"headers\":{\"X-Id\":\"17\"}}\0\0\0\0\0\0\0\0hi".to_vec(),
            content_type: Some("application/vnd.awslambda.http-integration-response".to_owned()),
        };
        let expected = |id: &str| {
            let id = json!({"$match": {"pattern": id}});
            Expectation::Response(json!({"statusCode": 201, "headers": {"x-id": id}, "body": "hi"}))
        };
        assert_eq!(expected("^[0-9]+$").check(&streamed), Ok(()));
        let equal = json!({"statusCode": {"$match": {"equals": 201}}, "headers": {"x-id": "17"}, "body": "hi"});
        assert_eq!(Expectation::Response(equal).check(&streamed), Ok(()));
        let difference = expected("^[a-z]+$").check(&streamed).unwrap_err();
        assert!(
            difference.starts_with("$.headers.x-id: ") || difference.starts_with("$.headers[\"x-id\"]: "),
            "{difference}"
        );
        assert_eq!(
            expected("^[a-z]+$").updated(&streamed),
            Some(json!({"statusCode": 201, "headers": {"x-id": "17"}, "body": "hi"}))
        );
    }

    #[test]
    fn an_update_expects_what_came() {
        let failed = Outcome::error("KeyError", "no x");
        let error = |text: &str| read(text).unwrap();
        let pattern = r#"{"errorType": {"$match": {"pattern": "Error$"}}, "errorMessage": "no y"}"#;
        assert_eq!(
            error(pattern).updated(&failed),
            Some(json!({"errorType": {"$match": {"pattern": "Error$"}}, "errorMessage": "no x"}))
        );
        assert_eq!(
            error(r#"{"errorMessage": "a"}"#).updated(&failed),
            Some(json!({"errorMessage": "no x"}))
        );
        assert_eq!(
            Expectation::Error(Expectation::unknown_error()).updated(&failed),
            Some(json!({"errorType": "KeyError", "errorMessage": "no x"}))
        );
        assert_eq!(
            Expectation::unknown_response().updated(&response("[1]")),
            Some(json!([1]))
        );
        // Whatever comes is another, so that it is written.
        for answer in ["null", "\"\"", "{}"] {
            assert!(
                Expectation::unknown_response().check(&response(answer)).is_err(),
                "{answer}"
            );
        }
        assert_eq!(Expectation::unknown_response().updated(&failed), None);
        assert_eq!(error(pattern).updated(&response("1")), None);
    }

    #[test]
    fn a_matcher_that_is_none_is_told_with_its_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), r#"{"a": {"$match": "x"}, "b": {"$match": "y"}}"#).unwrap();
        let error = format!("{:#}", Expectation::response(file.path()).unwrap_err());
        assert!(error.contains(&file.path().display().to_string()), "{error}");
        assert!(error.contains("$.a: ") && error.contains("$.b: "), "{error}");
        let error = format!("{:#}", read(r#"{"errorType": {"$match": "x"}}"#).unwrap_err());
        assert!(error.contains("errorType"), "{error}");
    }

    #[test]
    fn of_an_error_only_what_is_given_is_compared() {
        let body = br#"{"errorType": "ValueError", "errorMessage": "bad", "requestId": "1", "stackTrace": []}"#;
        let outcome = Outcome::Error {
            body: body.to_vec(),
            error_type: None,
        };
        let check = |text| read(text).unwrap().check(&outcome);
        assert_eq!(check(r#"{"errorType": "ValueError", "requestId": "2"}"#), Ok(()));
        assert_eq!(check(r#"{"errorType": "ValueError", "errorMessage": "bad"}"#), Ok(()));
        assert!(
            check(r#"{"errorMessage": "good"}"#)
                .unwrap_err()
                .contains("+  \"errorMessage\": \"bad\"")
        );
    }

    #[test]
    fn another_kind_of_outcome_is_named() {
        let expected = Expectation::Response(json!(1));
        assert!(
            expected
                .check(&Outcome::TimedOut("there was no answer".to_owned()))
                .unwrap_err()
                .contains("no answer in time")
        );
        let failed = Outcome::error("KeyError", "x");
        assert!(expected.check(&failed).unwrap_err().contains("KeyError"));
        assert!(read(r#"{"errorType": "X"}"#).unwrap().check(&response("1")).is_err());
    }

    #[test]
    fn an_expected_error_must_say_something_known() {
        for (text, part) in [
            ("{}", "any error"),
            (r#"{"error": 1}"#, "\"error\""),
            ("[]", "object"),
            ("{", "valid"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
