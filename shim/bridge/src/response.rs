//! A handler's response as bytes.

use base64::prelude::{Engine, BASE64_STANDARD};
use bytes::{Bytes, BytesMut};
use lambda_runtime::{Error, FunctionResponse, MetadataPrelude, StreamResponse};
use serde::Serialize;
use serde_json::{json, Map, Value};
use tokio_stream::{Stream, StreamExt};

/// The response's JSON. A stream, which a managed runtime's client can't pass on as such, is collected into the
/// response that API Gateway and function URLs take.
pub(crate) async fn to_bytes<B, S, D, E>(response: FunctionResponse<B, S>) -> Result<Vec<u8>, Error>
where
    B: Serialize,
    S: Stream<Item = Result<D, E>> + Unpin,
    D: Into<Bytes>,
    E: Into<Error>,
{
    match response {
        FunctionResponse::BufferedResponse(body) => Ok(serde_json::to_vec(&body)?),
        FunctionResponse::StreamingResponse(StreamResponse {
            metadata_prelude,
            mut stream,
        }) => {
            let mut body = BytesMut::new();
            while let Some(chunk) = stream.next().await {
                body.extend_from_slice(&chunk.map_err(Into::into)?.into());
            }
            Ok(serde_json::to_vec(&http_response(&metadata_prelude, &body)?)?)
        }
    }
}

/// The buffered form of a streamed HTTP response. A body that is not UTF-8 is sent in base64.
fn http_response(prelude: &MetadataPrelude, body: &[u8]) -> Result<Value, Error> {
    let mut headers = Map::new();
    for name in prelude.headers.keys() {
        let values: Result<Vec<_>, _> = prelude
            .headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str())
            .collect();
        headers.insert(name.to_string(), values?.join(", ").into());
    }
    headers
        .entry("content-type")
        .or_insert_with(|| "application/octet-stream".into());
    let (body, is_base64) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (BASE64_STANDARD.encode(body), true),
    };
    Ok(json!({
        "statusCode": prelude.status_code.as_u16(),
        "headers": headers,
        "cookies": prelude.cookies,
        "body": body,
        "isBase64Encoded": is_base64,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_not_text_is_sent_in_base64() {
        let prelude = MetadataPrelude::default();
        let response = http_response(&prelude, &[0xff]).unwrap();
        assert_eq!(response["body"], "/w==");
        assert_eq!(response["isBase64Encoded"], true);
        assert_eq!(response["statusCode"], 200);
        assert_eq!(response["headers"]["content-type"], "application/octet-stream");
    }
}
