//! A case: an event, and what the function should make of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{Expectation, expectation::read_json};

/// An event, and what the function should make of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name in the report.
    pub name: String,
    /// The event's file; an empty object is sent when there is none.
    pub event: Option<PathBuf>,
    /// What the invocation should end with.
    pub expectation: Expectation,
}

impl Case {
    /// The event's bytes.
    pub fn event_bytes(&self) -> Result<Vec<u8>> {
        self.event.as_deref().map_or_else(|| Ok(b"{}".to_vec()), read_event)
    }
}

/// Reads an event, which must be JSON, and returns its bytes as they are.
pub fn read_event(path: &Path) -> Result<Vec<u8>> {
    read_json(path)?;
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
