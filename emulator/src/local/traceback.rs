//! The Python that an error of Rust's passes through on its way to Lambda is nobody's concern: it is left out of what is shown here. Errors
//! that pass through Python of the user's own keep theirs.

use serde_json::{Map, Value};

const HEADING: &str = "Traceback (most recent call last):";

/// The files of these rules that are in a zip: what their names begin and end with.
const SHIM: [(&str, &str); 2] = [("index.py", ""), ("lambda_shim_", ".py")];

/// The lines of one of the log, which the runtime client for Python ends by carriage returns, without a traceback of the shim alone.
pub(super) fn without_shim(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.trim_end_matches('\r').split('\r').collect();
    if let Some(heading) = lines.iter().position(|line| line.trim() == HEADING)
        && is_of_shim(&lines[heading + 1..])
    {
        lines.truncate(heading);
    }
    lines
}

/// An error, as JSON, without the stack trace of the shim alone.
pub(super) fn without_shim_frames(error: Vec<u8>) -> Vec<u8> {
    let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(&error) else {
        return error;
    };
    let Some(Value::Array(frames)) = members.get("stackTrace") else {
        return error;
    };
    let frames: Vec<_> = frames.iter().filter_map(Value::as_str).flat_map(str::lines).collect();
    if !is_of_shim(&frames) {
        return error;
    }
    members.remove("stackTrace");
    Value::Object(members).to_string().into_bytes()
}

/// Whether all frames are of the shim's files. There is at least one.
fn is_of_shim(lines: &[&str]) -> bool {
    let mut files = lines.iter().filter_map(|line| file(line)).peekable();
    files.peek().is_some()
        && files.all(|file| {
            let name = file.rsplit('/').next().unwrap_or_default();
            SHIM.iter()
                .any(|(start, end)| name.starts_with(start) && name.ends_with(end))
        })
}

/// The file in a line such as `  File "/tmp/task/index.py", line 51, in call`.
fn file(line: &str) -> Option<&str> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once('"')?;
    rest.starts_with(", line ").then_some(file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CALL: &str =
        "  File \"/tmp/task/index.py\", line 51, in call\n    return _getattr(calls, name)(*arguments)\n";
    const FAIL: &str =
        "  File \"/tmp/task/lambda_shim_calls.py\", line 43, in fail\n    raise type(error_type)(message)\n";
    const OWN: &str = "  File \"/tmp/task/orders.py\", line 3, in handler\n    return index.handler(event, context)\n";

    fn line(frames: &[&str]) -> String {
        let text = format!("[ERROR] Oops: sorry\n{HEADING}\n{}", frames.concat());
        // As the runtime client writes it.
        text.trim_end().replace("\n  ", "\n\u{a0}\u{a0}").replace('\n', "\r") + "\r"
    }

    #[test]
    fn an_error_of_rust_is_shown_without_pythons_traceback() {
        assert_eq!(without_shim(&line(&[CALL, FAIL])), ["[ERROR] Oops: sorry"]);
        assert_eq!(without_shim(&line(&[OWN, CALL, FAIL])).len(), 8);
        assert_eq!(without_shim("a\rb\r"), ["a", "b"]);
        assert_eq!(without_shim(HEADING), [HEADING]);
    }

    #[test]
    fn the_stack_trace_of_an_error_is_left_out_if_it_is_the_shims() {
        let error = |frames: Value| json!({"errorMessage": "sorry", "errorType": "Oops", "stackTrace": frames});
        let shown = |error: &Value| -> Value {
            serde_json::from_slice(&without_shim_frames(error.to_string().into_bytes())).unwrap()
        };
        let of_rust = json!({"errorMessage": "sorry", "errorType": "Oops"});
        assert_eq!(shown(&error(json!([CALL, FAIL]))), of_rust);
        for kept in [error(json!([OWN, CALL, FAIL])), error(json!([])), of_rust] {
            assert_eq!(shown(&kept), kept);
        }
        assert_eq!(without_shim_frames(b"no JSON".to_vec()), b"no JSON");
    }
}
