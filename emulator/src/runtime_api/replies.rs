//! What the Runtime API and the Extensions API have in common.

use axum::{
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

pub(crate) const JSON: &str = "application/json";

/// A request's body, or why it cannot be had.
pub(crate) type Body = Result<Bytes, BytesRejection>;

pub(crate) fn accepted() -> Response {
    json_response(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

pub(crate) fn refuse_body(rejection: &BytesRejection) -> Response {
    failure(rejection.status(), "RequestEntityTooLarge", &rejection.body_text())
}

pub(crate) fn failure(status: StatusCode, error_type: &str, message: &str) -> Response {
    json_response(status, &json!({"errorType": error_type, "errorMessage": message}))
}

pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
