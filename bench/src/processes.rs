//! A process and those that it started.

use std::{collections::HashMap, fs};

use anyhow::{Context, Result};
use launcher::status_field;

/// The process, and its descendants.
pub fn tree(root: u32) -> Result<Vec<u32>> {
    let mut children: HashMap<u64, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").context("cannot list /proc")?.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // A process that has just ended has no status.
        if let Some(parent) = status_field(id, "PPid") {
            children.entry(parent).or_default().push(id);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next) {
        found.extend(children.remove(&u64::from(*id)).unwrap_or_default());
        next += 1;
    }
    Ok(found)
}
