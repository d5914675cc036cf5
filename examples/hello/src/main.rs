//! Greets the person that the event names: `{"name": "Ada"}` becomes `{"message": "Hello, Ada!"}`.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: String,
}

#[derive(Serialize)]
struct Response {
    message: String,
}

async fn handler(event: LambdaEvent<Request>) -> Result<Response, Error> {
    let name = event.payload.name;
    if name.is_empty() {
        return Err("the event's `name` is empty".into());
    }
    Ok(Response {
        message: format!("Hello, {name}!"),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}

#[cfg(test)]
mod tests {
    use lambda_runtime::Context;

    use super::*;

    fn event(name: &str) -> LambdaEvent<Request> {
        LambdaEvent::new(Request { name: name.into() }, Context::default())
    }

    #[tokio::test]
    async fn greets_by_name() {
        assert_eq!(handler(event("Ada")).await.unwrap().message, "Hello, Ada!");
    }

    #[tokio::test]
    async fn refuses_an_empty_name() {
        let error = handler(event("")).await.err().unwrap();
        assert_eq!(error.to_string(), "the event's `name` is empty");
    }
}
