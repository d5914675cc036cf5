//! Greets whom the event names.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: String,
}

#[derive(Serialize)]
struct Response {
    message: String,
    request_id: String,
}

async fn handler(event: LambdaEvent<Request>) -> Result<Response, Error> {
    let name = event.payload.name;
    if name.is_empty() {
        return Err("the event's `name` is empty".into());
    }
    Ok(Response {
        message: format!("Hello, {name}!"),
        request_id: event.context.request_id,
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str) -> LambdaEvent<Request> {
        LambdaEvent::new(Request { name: name.to_owned() }, Default::default())
    }

    #[tokio::test]
    async fn greets_by_name() {
        assert_eq!(handler(request("Ada")).await.unwrap().message, "Hello, Ada!");
    }

    #[tokio::test]
    async fn an_empty_name_is_an_error() {
        assert!(handler(request("")).await.is_err());
    }
}
