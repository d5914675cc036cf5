//! An event, and what is to come of it.

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::server::Message;

/// An event, ready to be sent, and what is to come of it.
pub struct Exchange {
    /// The event.
    pub message: Message,
    /// Its size.
    pub event_bytes: usize,
    expected: Expected,
}

/// What is right as an answer.
#[derive(Debug)]
pub enum Expected {
    /// This value.
    Json(Value),
    /// A response for API Gateway with this status, and this value as its body.
    Http(u64, Value),
    /// A JPEG as base64, of this width and height: encoders differ in its bytes.
    Picture(u32, u32),
}

/// How a JPEG begins, as base64.
const JPEG: &str = "/9j/";

impl Exchange {
    /// Of an event's text.
    pub fn new(event: &str, expected: Expected) -> Self {
        Self {
            message: Message::new(event),
            event_bytes: event.len(),
            expected,
        }
    }

    /// Refuses an answer that is not right, as what is quick and wrong is not quick.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn check(&self, answer: &[u8]) -> Result<()> {
        let found: Value = serde_json::from_slice(answer).context("its response is not JSON")?;
        match &self.expected {
            Expected::Json(expected) => same(&found, expected),
            Expected::Http(status, expected) => {
                ensure!(
                    found["statusCode"] == *status,
                    "it answered {found} where {status} is right"
                );
                let body = found["body"].as_str().context("its response has no body")?;
                let body = serde_json::from_str(body).context("its response's body is not JSON")?;
                same(&body, expected)
            }
            Expected::Picture(width, height) => {
                let (found_width, found_height) = (&found["width"], &found["height"]);
                ensure!(
                    found_width == width && found_height == height,
                    "its picture has {found_width} × {found_height} pixels where {width} × {height} are right"
                );
                let body = found["body"].as_str().unwrap_or_default();
                ensure!(body.starts_with(JPEG) && body.len() > 10_000, "its picture is no JPEG");
                Ok(())
            }
        }
    }
}

fn same(found: &Value, expected: &Value) -> Result<()> {
    ensure!(found == expected, "it answered {found} where {expected} is right");
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failure(expected: Expected, answer: &Value) -> Option<String> {
        let exchange = Exchange::new("{}", expected);
        exchange
            .check(answer.to_string().as_bytes())
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn an_answer_is_compared_as_a_value() {
        assert_eq!(failure(Expected::Json(json!({"a": 1})), &json!({"a": 1})), None);
        let error = failure(Expected::Json(json!({"a": 1})), &json!({"a": 2}));
        assert_eq!(error.unwrap(), r#"it answered {"a":2} where {"a":1} is right"#);
    }

    #[test]
    fn a_response_for_api_gateway_is_compared_by_its_status_and_body() {
        let answer = json!({"statusCode": 201, "headers": {"x": "y"}, "body": "{ \"a\": 1 }"});
        assert_eq!(failure(Expected::Http(201, json!({"a": 1})), &answer), None);
        assert!(failure(Expected::Http(200, json!({"a": 1})), &answer).is_some());
        assert!(failure(Expected::Http(201, json!({"a": 2})), &answer).is_some());
    }

    #[test]
    fn a_picture_is_a_jpeg_of_its_size() {
        let picture = format!("{JPEG}{}", "A".repeat(20_000));
        let answer = json!({"width": 4, "height": 3, "body": picture});
        assert_eq!(failure(Expected::Picture(4, 3), &answer), None);
        assert!(failure(Expected::Picture(8, 3), &answer).is_some());
        let answer = json!({"width": 4, "height": 3, "body": "iVBORw0K"});
        assert!(failure(Expected::Picture(4, 3), &answer).is_some());
    }
}
