//! A streaming response from the concurrent loop.

use lambda_http::{run_with_streaming_response_concurrent as serve, service_fn, Body, Error, Request, Response};

async fn handler(request: Request) -> Result<Response<Body>, Error> {
    let agent = request.headers().get("user-agent").map_or(0, |agent| agent.len());
    Ok(Response::new(format!("{agent} bytes of user agent").into()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    serve(service_fn(handler)).await
}
