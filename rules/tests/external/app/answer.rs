//! The answer, and where it comes from.

use lambda_runtime::Error;
use serde_json::{Value, json};

pub fn to(event: &Value) -> Result<Value, Error> {
    let is_authors = file!().ends_with("app/answer.rs") && !file!().contains("bazel-out");
    Ok(json!({"event": event, "file": is_authors, "packed": std::fs::read_to_string("answer.txt")?.trim(), "text": include_str!("answer.txt").trim()}))
}
