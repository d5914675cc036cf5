//! The buffered form of a streamed HTTP response.

use serde_json::{json, Value};

use crate::streamed::Head;

/// What API Gateway and function URLs take, with a body that is not UTF-8 in base64.
pub(crate) fn http_response(mut head: Head, body: &[u8]) -> Value {
    // As lambda_runtime has it for a stream.
    head.headers
        .entry("content-type".to_owned())
        .or_insert_with(|| "application/octet-stream".to_owned());
    let (body, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (encode(body), true),
    };
    json!({
        "statusCode": head.status,
        "headers": head.headers,
        "cookies": head.cookies,
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
    use crate::streamed::Streamed;

    #[test]
    fn streams_become_the_responses_that_the_other_shims_make_of_them() {
        let cases: Vec<Value> = serde_json::from_str(include_str!("../streamed.json")).unwrap();
        for case in cases {
            #[allow(deprecated)]
            let body = base64::decode(case["body"].as_str().unwrap()).unwrap();
            let answer = [case["prelude"].as_str().unwrap().as_bytes(), &[0; 8], &body].concat();
            match Streamed::parse(&answer) {
                Ok(Streamed::Whole(head, body)) => assert_eq!(http_response(head, body), case["response"], "{case}"),
                Ok(Streamed::Broken(error)) | Err(error) => {
                    assert!(error.starts_with(case["error"].as_str().unwrap()), "{case}: {error}");
                }
            }
        }
        assert!(Streamed::parse(b"{\"statusCode\": 200}\0\0\0\0\0\0\0").is_err());
    }
}
