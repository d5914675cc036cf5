//! Answers with what passes between Rust and C++ by cxx: values, exceptions, errors, and the work of threads.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?;
    let words = bridge::words(text);
    let longest = words.longest();
    Ok(json!({
        "exception": bridge::words("").longest().err().map(|error| error.what().to_owned()),
        "lengths": words.lengths_by_threads().iter().collect::<Vec<_>>(),
        "longest": longest.map_err(|error| error.what().to_owned())?,
        "numbers": words.numbers(),
        "through_rust": [bridge::halved_by_rust(8), bridge::halved_by_rust(7)],
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
