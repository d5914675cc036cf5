//! Files of JSON.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

/// Reads a value.
pub(crate) fn read_json(path: &Path) -> Result<Value> {
    let text = fs::read(path).with_context(|| format!("cannot read {}: give a file of JSON", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not valid JSON: correct it", path.display()))
}

/// Reads an event, which must be JSON, and returns its bytes as they are.
pub(crate) fn read_event(path: &Path) -> Result<Vec<u8>> {
    read_json(path)?;
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
