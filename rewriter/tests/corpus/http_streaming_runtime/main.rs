//! lambda_http's Runtime for streaming responses, run by hand.

use lambda_http::{service_fn, streaming_runtime, Body, Error, Request, Response};

async fn handler(request: Request) -> Result<Response<Body>, Error> {
    let length = request.body().len();
    Ok(Response::builder()
        .header("content-type", "text/plain")
        .body(format!("received {length} bytes").into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    streaming_runtime(service_fn(handler)).run().await
}
