//! Several cookies, and a binary body.

use lambda_http::{http::header, service_fn, Body, Error, Request, Response};

async fn pixel(request: Request) -> Result<Response<Body>, Error> {
    let visits = request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter(|cookie| cookie.as_bytes().starts_with(b"visit"))
        .count();
    let image: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\xff\x00";
    Ok(Response::builder()
        .header(header::CONTENT_TYPE, "image/gif")
        .header(header::SET_COOKIE, format!("visits={}; Secure", visits + 1))
        .header(header::SET_COOKIE, "theme=dark; HttpOnly")
        .body(image.into())?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_http::run(service_fn(pixel)).await
}
