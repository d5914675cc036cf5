//! A streaming response, written in parts by a task, with headers and cookies of one name.

use lambda_http::{
    lambda_runtime::streaming::{channel, Body},
    run_with_streaming_response, service_fn, Error, Request, Response,
};

async fn countdown(_request: Request) -> Result<Response<Body>, Error> {
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        for number in (1..=3).rev() {
            sender.send_data(format!("{number}\n").into()).await?;
        }
        sender.send_data("lift-off\n".into()).await
    });
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .header("vary", "accept")
        .header("vary", "cookie")
        .header("set-cookie", "a=1")
        .header("set-cookie", "b=2")
        .body(body)?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_with_streaming_response(service_fn(countdown)).await
}
