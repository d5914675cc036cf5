//! The answer, and where it comes from.

use lambda_runtime::Error;
use serde_json::{Value, json};

pub fn to(event: &Value) -> Result<Value, Error> {
    if event.is_null() {
        panic!("nothing");
    }
    Ok(json!({"file": file!(), "text": include_str!("answer.txt").trim()}))
}
