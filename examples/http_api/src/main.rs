//! A JSON API behind API Gateway or a function URL: `GET /greet?name=Ada`, and `POST /sum` with a list of numbers.

use lambda_http::{http::StatusCode, service_fn, Body, Error, Request, RequestExt, Response};
use serde_json::{json, Value};

fn reply(status: StatusCode, body: &Value) -> Result<Response<Body>, Error> {
    let response = Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::Text(body.to_string()))?;
    Ok(response)
}

async fn handler(request: Request) -> Result<Response<Body>, Error> {
    match (request.method().as_str(), request.raw_http_path()) {
        ("GET", "/greet") => {
            let query = request.query_string_parameters();
            let name = query.first("name").unwrap_or("world");
            reply(StatusCode::OK, &json!({ "message": format!("Hello, {name}!") }))
        }
        ("POST", "/sum") => match serde_json::from_slice::<Vec<f64>>(request.body()) {
            Ok(numbers) => reply(StatusCode::OK, &json!({ "sum": numbers.iter().sum::<f64>() })),
            Err(error) => reply(StatusCode::BAD_REQUEST, &json!({ "error": error.to_string() })),
        },
        (method, path) => reply(
            StatusCode::NOT_FOUND,
            &json!({ "error": format!("no route for {method} {path}") }),
        ),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(handler)).await
}
