//! A CloudFront viewer request: shows the German pages to those who ask for German, and `index.html` for a folder.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::Value;

/// The value of a header, as CloudFront lists it under its name in small letters.
fn header<'a>(request: &'a Value, name: &str) -> &'a str {
    request["headers"][name][0]["value"].as_str().unwrap_or_default()
}

async fn handler(mut event: LambdaEvent<Value>) -> Result<Value, Error> {
    let request = event.payload.pointer_mut("/Records/0/cf/request");
    let mut request = request.ok_or("the event is none of CloudFront's")?.take();
    let mut uri = request["uri"].as_str().unwrap_or("/").to_owned();
    if uri.ends_with('/') {
        uri.push_str("index.html");
    }
    if header(&request, "accept-language").starts_with("de") {
        uri.insert_str(0, "/de");
    }
    request["uri"] = uri.into();
    Ok(request)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
