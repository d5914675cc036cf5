use serde_json::Value;

pub fn keys(value: &Value) -> usize {
    value.as_object().map_or(0, |object| object.len())
}
