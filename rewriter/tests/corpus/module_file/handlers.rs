use lambda_runtime::{Error, LambdaEvent};
use serde_json::{json, Value};

pub async fn initials(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let name = event.payload["name"].as_str().ok_or("no name")?;
    let initials: String = name.split(' ').filter_map(|part| part.chars().next()).collect();
    Ok(json!({ "initials": initials }))
}
