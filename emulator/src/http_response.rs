//! The HTTP response that a function's answer stands for, whether it was streamed or not.

use serde_json::{Value, json};

use crate::{base64, streamed::Head};

/// A response, in a form in which responses of the same meaning are equal.
#[derive(Debug, PartialEq)]
pub(crate) struct HttpResponse {
    pub head: Head,
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The response of a streamed answer.
    pub fn new(head: Head, body: &[u8]) -> Self {
        Self {
            head,
            body: body.to_vec(),
        }
    }

    /// Reads the form in which a function returns a response to API Gateway or a function URL.
    pub fn buffered(answer: &Value) -> Result<Self, String> {
        let object = answer
            .as_object()
            .filter(|object| object.contains_key("statusCode"))
            .ok_or("the answer is no HTTP response: it has no statusCode")?;
        let body = match object.get("body") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) if object.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
                base64::decode(text).map_err(|error| format!("the body of the HTTP response {error}"))?
            }
            Some(Value::String(text)) => text.clone().into_bytes(),
            Some(other) => other.to_string().into_bytes(),
        };
        Ok(Self {
            head: Head::new(object)?,
            body,
        })
    }

    /// A form to be read.
    pub fn to_json(&self) -> Value {
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) => json!(text),
            Err(_) => json!({"bytes": self.body.iter().map(|byte| format!("{byte:02x}")).collect::<String>()}),
        };
        let Head {
            status,
            headers,
            cookies,
        } = &self.head;
        json!({"statusCode": status, "headers": headers, "cookies": cookies, "body": body})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streamed::Streamed;

    fn whole(prelude: &str, body: &[u8]) -> HttpResponse {
        HttpResponse::new(Head::parse(prelude.as_bytes()).unwrap(), body)
    }

    #[test]
    fn streams_stand_for_the_responses_that_the_shims_make_of_them() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../../shim/bridge/streamed.json")).unwrap();
        for case in cases {
            let body = base64::decode(case["body"].as_str().unwrap()).unwrap();
            let answer = [case["prelude"].as_str().unwrap().as_bytes(), &[0; 8], &body].concat();
            match Streamed::parse(&answer) {
                Ok(Streamed::Whole(mut head, body)) => {
                    // The shims name the type that lambda_runtime gives to all that has none.
                    let content_type = head.headers.entry("content-type".to_owned());
                    content_type.or_insert_with(|| "application/octet-stream".to_owned());
                    let buffered = HttpResponse::buffered(&case["response"]).unwrap();
                    assert_eq!(HttpResponse::new(head, body), buffered, "{case}");
                }
                Ok(Streamed::Broken(error)) | Err(error) => {
                    assert!(error.starts_with(case["error"].as_str().unwrap()), "{case}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_streamed_response_equals_the_buffered_one_of_the_same_meaning() {
        let prelude = r#"{"statusCode": 201, "headers": {"content-type": "text/plain", "vary": ["a", "b"],
                          "set-cookie": "c=3"}, "cookies": ["a=1", "b=2"]}"#;
        let expected = whole(prelude, b"hi");
        for answer in [
            json!({"statusCode": 201, "headers": {"Content-Type": "text/plain", "Vary": "a, b"},
                   "cookies": ["a=1", "b=2", "c=3"], "body": "hi", "isBase64Encoded": false}),
            json!({"statusCode": 201, "headers": {"Content-Type": "text/plain", "vary": "b"},
                   "multiValueHeaders": {"Vary": ["a", "b"], "Set-Cookie": ["a=1", "b=2", "c=3"]},
                   "body": "aGk=", "isBase64Encoded": true}),
        ] {
            assert_eq!(HttpResponse::buffered(&answer).unwrap(), expected);
        }
    }

    #[test]
    fn each_part_counts() {
        let expected = whole(r#"{"statusCode": 200, "headers": {"a": "1"}}"#, &[0xff]);
        let answer = |change: (&str, Value)| {
            let mut answer = json!({"statusCode": 200, "headers": {"A": "1"}, "body": "/w==", "isBase64Encoded": true});
            answer[change.0] = change.1;
            HttpResponse::buffered(&answer).unwrap()
        };
        assert_eq!(answer(("cookies", json!([]))), expected);
        for change in [
            ("statusCode", json!(201)),
            ("headers", json!({"a": "2"})),
            ("cookies", json!(["c"])),
            ("isBase64Encoded", json!(false)),
            ("body", Value::Null),
        ] {
            assert_ne!(answer(change), expected);
        }
        assert_eq!(expected.to_json()["body"], json!({"bytes": "ff"}));
    }

    #[test]
    fn what_is_no_response_is_told() {
        assert!(Streamed::parse(b"{}").unwrap_err().contains("NUL"));
        assert!(HttpResponse::buffered(&json!("hi")).unwrap_err().contains("statusCode"));
        assert!(
            HttpResponse::buffered(&json!({"statusCode": "x"}))
                .unwrap_err()
                .contains("\"x\"")
        );
    }
}
