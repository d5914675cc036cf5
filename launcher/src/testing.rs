//! Zips and sandboxes for the tests.

use std::{io::Write, path::Path};

use anyhow::Result;
use tempfile::NamedTempFile;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::Sandbox;

/// A zip with entries of these names and modes, each of which holds its name.
pub(crate) fn zip(entries: &[(&str, u32)]) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    let mut writer = ZipWriter::new(file.reopen().unwrap());
    for (name, mode) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
            .unwrap();
        writer.write_all(name.as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    file
}

/// A function of Python 3.13, with variables.
pub(crate) fn sandbox(zip: &Path, env: &[(&str, &str)]) -> Result<Sandbox> {
    let env = env
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Sandbox::new(zip, "index.handler", "python3.13", env)
}
