//! The event that a request to a function URL becomes: API Gateway's format 2.0, with what a function URL has otherwise. See
//! [the payloads of function URLs](https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads).

use std::collections::BTreeMap;

use axum::http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HOST, USER_AGENT},
    request::Parts,
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::format_description};

use crate::{
    base64,
    runtime_api::{new_trace_root, text},
};

const TRACE_HEADER: &str = "x-amzn-trace-id";

/// The address that requests come from: the server listens on no other one.
const SOURCE: &str = "127.0.0.1";

/// What is between a client and the server alone, and so in no event.
const HOP_BY_HOP: [&str; 6] = [
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The types whose bodies an event holds as they are, beside `text/*`. AWS documents them for load balancers; HTTP APIs, whose
/// format this is, have been measured to do the same.
const TEXT_TYPES: [&str; 3] = ["application/json", "application/javascript", "application/xml"];

/// The trace header that a request came with, or a new one.
pub(super) fn trace(headers: &HeaderMap) -> String {
    text(headers, TRACE_HEADER)
        .filter(|trace| trace.contains("Root="))
        .unwrap_or_else(new_trace_root)
}

/// The event for a request for a path, which may have a query.
pub(super) fn event(parts: &Parts, path: &str, body: &[u8], name: &str, request_id: &str, trace: &str) -> Value {
    let (raw_path, query) = path.split_once('?').unwrap_or((path, ""));
    let now = OffsetDateTime::now_utc();
    let time = format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");
    let host = text(&parts.headers, HOST.as_str()).unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, trace),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": name,
            "domainName": host,
            "domainPrefix": name,
            "http": {
                "method": parts.method.as_str(),
                "path": percent_decode_str(raw_path).decode_utf8_lossy(),
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE,
                "userAgent": text(&parts.headers, USER_AGENT.as_str()).unwrap_or_default(),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": now.format(&time).unwrap_or_default(),
            "timeEpoch": i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
        },
        "isBase64Encoded": false,
    });
    let cookies = parts.headers.get_all(COOKIE).iter();
    let cookies: Vec<_> = cookies.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let cookies: Vec<_> = cookies
        .iter()
        .flat_map(|value| value.split(';').map(str::trim))
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = json!(joined(form_urlencoded::parse(query.as_bytes()), ","));
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(body) if is_text(&parts.headers) => event["body"] = body.into(),
            _ => {
                event["body"] = base64::encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

/// The headers by name in lower case: the client's, and those that AWS adds.
fn headers(headers: &HeaderMap, trace: &str) -> BTreeMap<String, String> {
    let pairs = |is_cookie: bool| {
        let pairs = headers.iter().filter(move |(name, _)| (*name == COOKIE) == is_cookie);
        pairs.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
    };
    let mut all = joined(pairs(false), ",");
    all.extend(joined(pairs(true), "; "));
    all.retain(|name, _| !HOP_BY_HOP.contains(&&**name));
    // The port that the client knows.
    let host = text(headers, HOST.as_str()).unwrap_or_default();
    let port = host.rsplit_once(':').map_or("80", |(_, port)| port);
    let added = [
        ("x-forwarded-for", SOURCE),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", "http"),
        (TRACE_HEADER, trace),
    ];
    all.extend(added.map(|(name, value)| (name.to_owned(), value.to_owned())));
    all
}

/// Several values of a name are one, with a separator between them.
fn joined<N: Into<String>, V: AsRef<str>>(
    pairs: impl Iterator<Item = (N, V)>,
    separator: &str,
) -> BTreeMap<String, String> {
    let mut values = BTreeMap::<String, String>::new();
    for (name, value) in pairs {
        values
            .entry(name.into())
            .and_modify(|joined| *joined = format!("{joined}{separator}{}", value.as_ref()))
            .or_insert_with(|| value.as_ref().to_owned());
    }
    values
}

/// Whether a body is passed on as it is. It is encoded if it has an encoding of its own, or a type of bytes or none.
fn is_text(headers: &HeaderMap) -> bool {
    if headers.contains_key(CONTENT_ENCODING) {
        return false;
    }
    let content_type = text(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    essence.starts_with("text/") || TEXT_TYPES.contains(&&*essence)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn event_of(headers: &[(&str, &str)], path: &str, body: &[u8]) -> Value {
        let mut request = Request::builder().method("POST").uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        event(&parts, path, body, "hello", "id", &trace(&parts.headers))
    }

    #[test]
    fn a_body_is_text_by_its_type_and_encoding() {
        for (headers, is_encoded) in [
            (&[][..], true),
            (&[("content-type", "")], true),
            (&[("content-type", "application/x-www-form-urlencoded")], true),
            (&[("content-type", "multipart/form-data; boundary=x")], true),
            (&[("content-type", "application/octet-stream")], true),
            (&[("content-type", "application/vnd.api+json")], true),
            (&[("content-type", "image/svg+xml")], true),
            (&[("content-type", "application/json")], false),
            (&[("content-type", "Application/JSON; charset=utf-8")], false),
            (&[("content-type", "application/xml")], false),
            (&[("content-type", "application/javascript")], false),
            (&[("content-type", "text/plain")], false),
            (&[("content-type", "text/csv;charset=utf-8")], false),
            (&[("content-type", "text/plain"), ("content-encoding", "gzip")], true),
        ] {
            let event = event_of(headers, "/", b"hello");
            let body = if is_encoded { "aGVsbG8=" } else { "hello" };
            assert_eq!(
                (&event["isBase64Encoded"], &event["body"]),
                (&json!(is_encoded), &json!(body)),
                "{headers:?}"
            );
        }
        // What is no text can be held in no other way.
        let event = event_of(&[("content-type", "text/plain")], "/", b"\xff");
        assert_eq!(
            (&event["isBase64Encoded"], &event["body"]),
            (&json!(true), &json!("/w=="))
        );
        let event = event_of(&[], "/", b"");
        assert_eq!((&event["isBase64Encoded"], event.get("body")), (&json!(false), None));
    }

    /// Made from a request to AWS and what it became, which is published.
    #[test]
    fn an_event_is_as_aws_makes_it() {
        let query = "repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb\
                     &empty=";
        let headers = [
            ("host", "hello.localhost:9000"),
            ("accept", "*/*"),
            ("connection", "keep-alive"),
            ("x-probe", "first"),
            ("x-probe", "second"),
            ("x-forwarded-for", "10.0.0.1"),
            ("cookie", "session=abc123; theme=dark;x=1"),
            ("user-agent", "curl/8.7.1"),
        ];
        let event = event_of(&headers, &format!("/capture/space%20value?{query}"), b"");
        assert_eq!(event["rawPath"], "/capture/space%20value");
        assert_eq!(event["rawQueryString"], query);
        let expected = json!({"empty": "", "encodedPlus": "a+b", "literalPlus": "a b", "redirect": "https://example.com/a/b",
                              "repeat": "one,two"});
        assert_eq!(event["queryStringParameters"], expected);
        assert_eq!(event["cookies"], json!(["session=abc123", "theme=dark", "x=1"]));
        let trace = event["headers"]["x-amzn-trace-id"].as_str().unwrap();
        let expected = json!({"accept": "*/*", "cookie": "session=abc123; theme=dark;x=1", "host": "hello.localhost:9000",
                              "user-agent": "curl/8.7.1", "x-amzn-trace-id": trace, "x-forwarded-for": "127.0.0.1",
                              "x-forwarded-port": "9000", "x-forwarded-proto": "http", "x-probe": "first,second"});
        assert_eq!(event["headers"], expected);
        let parts: Vec<_> = trace.split(['=', '-']).map(str::len).collect();
        assert_eq!(parts, [4, 1, 8, 24], "{trace}");
        let mut context = event["requestContext"].clone();
        let epoch = context["timeEpoch"].as_i64().unwrap();
        let time = context["time"].as_str().unwrap().to_owned();
        let shape: String = time
            .chars()
            .map(|c| {
                if c.is_ascii_digit() {
                    '0'
                } else if c.is_ascii_alphabetic() {
                    'a'
                } else {
                    c
                }
            })
            .collect();
        assert!(epoch > 1_700_000_000_000, "{epoch}");
        assert_eq!(shape, "00/aaa/0000:00:00:00 +0000");
        context["time"] = json!("");
        context["timeEpoch"] = json!(0);
        let expected = json!({
            "accountId": "anonymous", "apiId": "hello", "domainName": "hello.localhost:9000", "domainPrefix": "hello",
            "http": {"method": "POST", "path": "/capture/space value", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                     "userAgent": "curl/8.7.1"},
            "requestId": "id", "routeKey": "$default", "stage": "$default", "time": "", "timeEpoch": 0,
        });
        assert_eq!(context, expected);
    }

    #[test]
    fn a_trace_that_a_request_came_with_goes_on() {
        let root = "Root=1-5759e988-bd862e3fe1be46a994272793";
        let event = event_of(&[("x-amzn-trace-id", root)], "/", b"");
        assert_eq!(event["headers"]["x-amzn-trace-id"], root);
        let trace = crate::runtime_api::trace_id_of(&format!("{root};Sampled=1"));
        assert!(
            trace.starts_with(&format!("{root};Parent=")) && trace.ends_with(";Sampled=1"),
            "{trace}"
        );
    }
}
