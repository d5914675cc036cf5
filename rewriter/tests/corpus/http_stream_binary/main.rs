//! A streaming response with cookies whose body is not UTF-8.

use lambda_http::{http::header, service_fn, Body, Error, Request, Response};

async fn download(_request: Request) -> Result<Response<Body>, Error> {
    let bytes: Vec<u8> = (0..=255).rev().collect();
    Ok(Response::builder()
        .status(206)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_RANGE, "bytes 0-255/4096")
        .header(header::SET_COOKIE, "part=1")
        .header(header::SET_COOKIE, "resume=yes; Path=/")
        .body(Body::Binary(bytes))?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::run_with_streaming_response(service_fn(download)).await
}
