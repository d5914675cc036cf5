//! JSON Merge Patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)).

use serde_json::Value;

/// Merges a patch into a document: objects member by member, `null` removes, all else replaces.
///
/// ```
/// # use serde_json::json;
/// let mut document = json!({"a": {"b": 1, "c": 2}});
/// template::merge_patch(&mut document, &json!({"a": {"b": null, "d": 3}}));
/// assert_eq!(document, json!({"a": {"c": 2, "d": 3}}));
/// ```
pub fn merge_patch(document: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *document = patch.clone();
        return;
    };
    if !document.is_object() {
        *document = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = document else { return };
    for (name, value) in members {
        if value.is_null() {
            target.remove(name);
        } else {
            merge_patch(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (document, patch, expected) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let mut merged = document.clone();
            merge_patch(&mut merged, &patch);
            assert_eq!(merged, expected, "{document} with {patch}");
        }
    }
}
