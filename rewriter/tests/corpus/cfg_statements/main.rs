//! One of two loops, chosen by a feature, as statements of `main`.

use lambda_http::{service_fn, Body, Error, Request, Response};

async fn greet(request: Request) -> Result<Response<Body>, Error> {
    let name = request.uri().path().trim_start_matches('/').to_owned();
    Ok(Response::new(Body::from(format!("hello, {name}"))))
}

#[cfg(feature = "streaming")]
fn streamed(response: Response<Body>) -> Response<axum::body::Body> {
    response.map(|body| match body {
        Body::Empty => axum::body::Body::empty(),
        Body::Text(text) => axum::body::Body::from(text),
        Body::Binary(bytes) => axum::body::Body::from(bytes),
        _ => axum::body::Body::empty(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    #[cfg(feature = "streaming")]
    {
        let service = service_fn(|request| async { greet(request).await.map(streamed) });
        lambda_http::run_with_streaming_response(service).await
    }
    #[cfg(not(feature = "streaming"))]
    {
        lambda_http::run(service_fn(greet)).await
    }
}
