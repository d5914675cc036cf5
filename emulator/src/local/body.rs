//! Reads what is sent, in bounded memory.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;

/// A body of at most `limit` bytes. A longer one is read to its end, since a client that is still writing would miss the answer, and not
/// kept: its length is the error.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Bytes, usize> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        // A client that breaks off reads no answer.
        let Ok(frame) = frame else { return Err(length) };
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length <= limit {
            kept.extend_from_slice(&data);
        } else {
            kept = Vec::new();
        }
    }
    if length <= limit { Ok(kept.into()) } else { Err(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_is_too_long_is_counted() {
        assert_eq!(read(Body::from("12345"), 5).await.as_deref(), Ok(&b"12345"[..]));
        assert_eq!(read(Body::from("123456"), 5).await, Err(6));
        assert_eq!(read(Body::empty(), 5).await.as_deref(), Ok(&b""[..]));
    }
}
