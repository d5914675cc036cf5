//! Finds by Oniguruma what a backreference and a look-behind are for; the constants are those that bindgen read.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use onig::{Captures, Regex};
use serde_json::{json, Value};

fn answer(event: &Value) -> Result<Value, Error> {
    let text = event["text"].as_str().ok_or("no text")?;
    let twice = Regex::new(r"(?<word>\p{L}+) \k<word>")?;
    let found: Vec<_> = twice
        .captures_iter(text)
        .filter_map(|captures: Captures| captures.at(1).map(str::to_owned))
        .collect();
    let prices = Regex::new(r"(?<=€)\d+")?.replace_all(text, |captures: &Captures| {
        captures.at(0).map_or(String::new(), |digits| format!("{digits}.00"))
    });
    let wrong = Regex::new("(")
        .err()
        .map(|error| (error.code(), error.description().to_owned()));
    Ok(json!({
        "found": found,
        "prices": prices,
        "wrong": wrong,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(
        |event: LambdaEvent<Value>| async move { answer(&event.payload) },
    ))
    .await
}
