//! The buffered form of a streamed HTTP response.

use serde_json::{json, Map, Value};

/// What API Gateway and function URLs take, with a body that is not UTF-8 in base64.
pub(crate) fn http_response(status: Value, mut headers: Map<String, Value>, cookies: Value, body: &[u8]) -> Value {
    headers
        .entry("content-type")
        .or_insert_with(|| "application/octet-stream".into());
    let (body, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (encode(body), true),
    };
    json!({
        "statusCode": status,
        "headers": headers,
        "cookies": cookies,
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

fn encode(body: &[u8]) -> String {
    // This form of the call is in every version of base64 that a lambda_runtime depends on.
    #[allow(deprecated)]
    base64::encode(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_not_text_is_sent_in_base64() {
        let response = http_response(200.into(), Map::new(), json!([]), &[0xff]);
        assert_eq!(response["body"], "/w==");
        assert_eq!(response["isBase64Encoded"], true);
        assert_eq!(response["statusCode"], 200);
        assert_eq!(response["headers"]["content-type"], "application/octet-stream");
    }
}
