//! A handler's response as bytes.

use std::{
    fmt::Debug,
    future::{poll_fn, Future},
    pin::Pin,
};

use bytes::{Bytes, BytesMut};
use hyper::body::Body;
use lambda_runtime::{Diagnostic, Error, FunctionResponse, IntoFunctionResponse, StreamResponse};
use lambda_shim::Slot;
use serde::{ser::Error as _, Serialize, Serializer};
use tokio_stream::{Stream, StreamExt};

use crate::{
    http_response::{http_response, Form},
    streamed::Head,
};

/// The type under which a stream that breaks off is reported.
const STREAM_ERROR_TYPE: &str = "Runtime.StreamError";

/// What an event is answered with, or the error that ends `lambda_runtime`'s event loop: that the response does not serialize.
pub(crate) type Answer = Result<Result<Vec<u8>, Diagnostic>, Error>;

/// The JSON of a response to the invocation in `slot`.
pub(crate) async fn to_bytes<B, S, D, E>(slot: &Slot, response: impl IntoFunctionResponse<B, S>) -> Answer
where
    B: Serialize,
    S: Stream<Item = Result<D, E>> + Unpin + Send,
    D: Into<Bytes> + Send,
    E: Into<Error> + Send,
{
    match response.into_response() {
        FunctionResponse::BufferedResponse(body) => Ok(Ok(serde_json::to_vec(&body)?)),
        FunctionResponse::StreamingResponse(response) => {
            // Behind a pointer, what is done with streams is left out of a library whose programs have none.
            let collected: Pin<Box<dyn Future<Output = Answer> + Send + '_>> = Box::pin(collected(slot, response));
            collected.await
        }
    }
}

/// A stream, which a managed runtime's client can't pass on as such, as the response that the event's source takes; one that breaks off is the
/// invocation's error.
async fn collected<S, D, E>(slot: &Slot, response: StreamResponse<S>) -> Answer
where
    S: Stream<Item = Result<D, E>> + Unpin + Send,
    D: Into<Bytes> + Send,
    E: Into<Error> + Send,
{
    let StreamResponse {
        metadata_prelude,
        mut stream,
    } = response;
    let mut body = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => body.extend_from_slice(&chunk.into()),
            Err(error) => {
                return Ok(Err(Diagnostic {
                    error_type: STREAM_ERROR_TYPE.to_owned(),
                    error_message: error.into().to_string(),
                }))
            }
        }
    }
    // Read as what lambda_runtime would have posted, so that no engine's response differs.
    let head = Head::parse(&serde_json::to_vec(&metadata_prelude)?)?;
    let form = slot.read(|invocation| Form::of(invocation.event));
    let response = http_response(form.unwrap_or(Form::Single), head, &body);
    Ok(Ok(serde_json::to_vec(&response)?))
}

/// A response of `lambda_http`'s that was collected from a stream, in the form that `lambda_runtime`'s own streams get.
pub struct Collected<R>(pub R);

impl<R: Serialize> Serialize for Collected<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serde_json::to_value(&self.0).map_err(S::Error::custom)?;
        if let Some(response) = response.as_object_mut() {
            response.retain(|name, value| {
                name != "multiValueHeaders" || value.as_object().is_none_or(|values| !values.is_empty())
            });
        }
        response.serialize(serializer)
    }
}

/// The whole of an HTTP body: text if it is UTF-8.
///
/// # Errors
///
/// Its bytes, where they are not UTF-8.
///
/// # Panics
///
/// When the body breaks off, which fails the invocation.
pub async fn collect<B>(mut body: B) -> Result<String, Vec<u8>>
where
    B: Body + Unpin,
    B::Data: Into<Bytes>,
    B::Error: Debug,
{
    let mut collected = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame {
            Ok(frame) => match frame.into_data() {
                Ok(data) => collected.extend_from_slice(&data.into()),
                // Trailers, which end a body.
                Err(_) => break,
            },
            Err(error) => panic!("the response's body broke off: {error:?}"),
        }
    }
    String::from_utf8(collected).map_err(|error| error.into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::{json, Value};

    use super::*;

    #[test]
    fn a_collected_response_has_no_empty_multi_value_headers() {
        let rewritten = |response: &Value| serde_json::to_value(Collected(response)).unwrap();
        let response = json!({"statusCode": 200, "headers": {}, "multiValueHeaders": {}, "body": "", "cookies": []});
        assert_eq!(
            rewritten(&response),
            json!({"statusCode": 200, "headers": {}, "body": "", "cookies": []})
        );
        let response = json!({"statusCode": 200, "headers": {}, "multiValueHeaders": {"vary": ["a"]}});
        assert_eq!(rewritten(&response), response);
        assert_eq!(rewritten(&json!("text")), json!("text"));
    }
}
