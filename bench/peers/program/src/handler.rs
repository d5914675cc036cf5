//! What every peer does: parses the whole event, and answers with a greeting and the number of the event's keys.

use lambda_runtime::{Error, LambdaEvent};
use serde_json::{json, Value};

pub async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    // A soak has handlers fail, too; other events are without this key.
    match event.payload.get("fail").and_then(Value::as_str) {
        Some("error") => return Err("the event asks for an error".into()),
        Some("panic") => panic!("the event asks for a panic"),
        _ => {}
    }
    let size = event.payload.as_object().map_or(0, |object| object.len());
    Ok(json!({"message": "Hello, world!", "size": size}))
}
