//! lambda_http beside a newer lambda_runtime than its own.

use lambda_http::{service_fn, Body, Error, Request, RequestExt, Response};

async fn handle(request: Request) -> Result<Response<Body>, Error> {
    let name = request
        .query_string_parameters_ref()
        .and_then(|parameters| parameters.first("name"))
        .unwrap_or("nobody");
    Ok(Response::new(Body::from(format!("hello, {name}"))))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    // The newer lambda_runtime is a direct dependency for this line's sake; lambda_http brings an older one of its own.
    lambda_runtime::tracing::init_default_subscriber();
    lambda_http::run(service_fn(handle)).await
}
