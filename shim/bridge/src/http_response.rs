//! The buffered form of a streamed HTTP response.

use serde::{de::IgnoredAny, Deserialize};
use serde_json::{json, Map, Value};

use crate::streamed::Head;

/// Which response an event's source takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A value by header, and cookies: function URLs, and API Gateway's HTTP APIs.
    Single,
    /// A list of values by header: API Gateway's REST and WebSocket APIs.
    Lists,
    /// Both, since a load balancer reads the one or the other as its target group is set: no cookie may be in one alone.
    Both,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "requestContext")]
    request_context: RequestContext,
}

/// What tells the sources apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    elb: Option<IgnoredAny>,
    http_method: Option<IgnoredAny>,
    connection_id: Option<IgnoredAny>,
}

impl Form {
    /// By the event; what is none of HTTP gets the form of function URLs.
    pub(crate) fn of(event: &[u8]) -> Self {
        match serde_json::from_slice(event) {
            Ok(Event { request_context }) if request_context.elb.is_some() => Self::Both,
            Ok(Event {
                request_context:
                    RequestContext {
                        http_method: None,
                        connection_id: None,
                        ..
                    },
            })
            | Err(_) => Self::Single,
            Ok(_) => Self::Lists,
        }
    }
}

/// The response that the event's source takes, with a body that is not UTF-8 in base64.
pub(crate) fn http_response(form: Form, mut head: Head, body: &[u8]) -> Value {
    // As lambda_runtime has it for a stream.
    head.headers
        .entry("content-type".to_owned())
        .or_insert_with(|| "application/octet-stream".to_owned());
    let (body, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (encode(body), true),
    };
    let mut response = json!({
        "statusCode": head.status,
        "headers": head.headers,
        "body": body,
        "isBase64Encoded": is_base64,
    });
    if form == Form::Single {
        response["cookies"] = head.cookies.into();
        return response;
    }
    if let (Form::Both, Some(cookie)) = (form, head.cookies.first()) {
        response["headers"]["set-cookie"] = cookie.clone().into();
    }
    let mut lists: Map<_, _> = head
        .headers
        .into_iter()
        .map(|(name, value)| (name, json!([value])))
        .collect();
    if !head.cookies.is_empty() {
        lists.insert("set-cookie".to_owned(), head.cookies.into());
    }
    response["multiValueHeaders"] = lists.into();
    if form == Form::Lists {
        // API Gateway would send what is in both twice.
        response["headers"] = json!({});
    }
    response
}

fn encode(body: &[u8]) -> String {
    // This form of the call is in every version of base64 that a lambda_runtime depends on.
    #[allow(deprecated)]
    base64::encode(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::streamed::Streamed;

    #[test]
    fn streams_become_the_responses_that_the_other_shims_make_of_them() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../streamed.json")).unwrap();
        for case in cases {
            #[allow(deprecated)]
            let body = base64::decode(case["body"].as_str().unwrap()).unwrap();
            let answer = [case["prelude"].as_str().unwrap().as_bytes(), &[0; 8], &body].concat();
            let form = Form::of(case["event"].to_string().as_bytes());
            match Streamed::parse(&answer) {
                Ok(Streamed::Whole(head, body)) => {
                    assert_eq!(http_response(form, head, body), case["response"], "{case}")
                }
                Ok(Streamed::Broken(error)) | Err(error) => {
                    assert!(error.starts_with(case["error"].as_str().unwrap()), "{case}: {error}");
                }
            }
        }
        assert_eq!(Form::of(b"no JSON"), Form::Single);
        assert!(Streamed::parse(b"{\"statusCode\": 200}\0\0\0\0\0\0\0").is_err());
    }
}
