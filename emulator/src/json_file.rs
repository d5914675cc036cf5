//! Files of JSON.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::de::IgnoredAny;
use serde_json::Value;

/// Reads a value.
pub(crate) fn read_json(path: &Path) -> Result<Value> {
    serde_json::from_slice(&read(path)?).with_context(|| not_json(path))
}

/// Reads an event, which must be JSON, and returns its bytes as they are.
pub(crate) fn read_event(path: &Path) -> Result<Vec<u8>> {
    let event = read(path)?;
    check_event(&event).with_context(|| not_json(path))?;
    Ok(event)
}

/// Makes sure that an event is JSON. What its values are is the function's business: whether a number fits, or how deep a list goes.
pub(crate) fn check_event(event: &[u8]) -> Result<()> {
    // In bytes, strings that are passed over may have any encoding.
    let text = str::from_utf8(event)?;
    serde_json::from_str::<IgnoredAny>(text)?;
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}: give a file of JSON", path.display()))
}

fn not_json(path: &Path) -> String {
    format!("{} is not valid JSON: correct it", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_any_json() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for event in ["1e999", "{\"a\": \"\u{e4}\"}\n", &deep] {
            assert!(check_event(event.as_bytes()).is_ok(), "{event}");
        }
        for event in [&b"\"\xff\""[..], b"", b"{}{}", b"[1,]", b"nul"] {
            assert!(check_event(event).is_err(), "{event:?}");
        }
    }

    #[test]
    fn a_file_that_holds_no_event_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("event.json");
        let error = |path| format!("{:#}", read_event(path).unwrap_err());
        assert!(
            error(&path).contains("event.json: give a file of JSON"),
            "{}",
            error(&path)
        );
        fs::write(&path, "{").unwrap();
        assert!(
            error(&path).contains("event.json is not valid JSON"),
            "{}",
            error(&path)
        );
        fs::write(&path, " {}\n").unwrap();
        assert_eq!(read_event(&path).unwrap(), b" {}\n");
    }
}
