//! An axum router whose body is a stream.

use std::convert::Infallible;

use axum::{body::Body, response::IntoResponse, routing::get, Router};
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use lambda_http::{run_with_streaming_response, Error};

async fn events() -> impl IntoResponse {
    let chunks = stream::iter(1..=3).then(|number| async move {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(Bytes::from(format!("data: {number}\n\n")))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(chunks))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_with_streaming_response(Router::new().route("/events", get(events))).await
}
