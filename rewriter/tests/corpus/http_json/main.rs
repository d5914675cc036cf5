//! A JSON body in and out, and a status of its own.

use lambda_http::{http::StatusCode, service_fn, Body, Error, Request, RequestPayloadExt, Response};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct NewUser {
    name: String,
    admin: bool,
}

async fn create(request: Request) -> Result<Response<Body>, Error> {
    let Some(user) = request.payload::<NewUser>()? else {
        return Ok(Response::builder().status(StatusCode::BAD_REQUEST).body(Body::Empty)?);
    };
    let body = json!({ "id": 7, "name": user.name, "admin": user.admin });
    Ok(Response::builder()
        .status(StatusCode::CREATED)
        .header("content-type", "application/json")
        .header("location", "/users/7")
        .body(body.to_string().into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(create)).await
}
