//! Edition 2024: an async closure as the handler, and an `unsafe` attribute.

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

#[unsafe(no_mangle)]
pub extern "C" fn corpus_answer() -> i32 {
    42
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let prefix = String::from("answer");
    let handler = async |event: LambdaEvent<Value>| -> Result<Value, Error> {
        let question = event.payload["question"].as_str().unwrap_or("none").to_owned();
        Ok(json!({ "question": question, "answer": corpus_answer() }))
    };
    println!("{prefix}");
    lambda_runtime::run(service_fn(handler)).await
}
