//! lambda_http 0.15 on lambda_runtime 0.14.

use lambda_http::{http::StatusCode, run, service_fn, Error, IntoResponse, Request, RequestExt, Response};

async fn handler(request: Request) -> Result<impl IntoResponse, Error> {
    let body = format!("nothing at {}\n", request.raw_http_path());
    Ok(Response::builder().status(StatusCode::NOT_FOUND).body(body)?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
