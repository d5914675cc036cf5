//! The writing of what a function answers into the files with what is expected of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// A folder that files are written into.
pub(super) struct Update {
    folder: PathBuf,
    written: BTreeMap<PathBuf, Value>,
}

impl Update {
    /// Files of a folder.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(super) fn new(folder: &Path) -> Result<Self> {
        ensure!(
            folder.is_dir(),
            "--update {} names no folder: run the target by `bazel run`, which names that of the workspace",
            folder.display()
        );
        Ok(Self {
            folder: folder.to_owned(),
            written: BTreeMap::new(),
        })
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// If it can't be written, or was with another value: two cases can't both have it.
    pub(super) fn write(&mut self, file: &Path, value: &Value) -> Result<()> {
        if let Some(written) = self.written.insert(file.to_owned(), value.clone())
            && written != *value
        {
            bail!(
                "two events have {} for what is expected, and differ: give each a file of its own",
                file.display()
            );
        }
        let path = self.folder.join(file);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&path, format!("{value:#}\n")).with_context(|| format!("cannot write {}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_written_below_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut update = Update::new(folder.path()).unwrap();
        let file = Path::new("app/testdata/a.response.json");
        update.write(file, &json!({"a": 1})).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join(file)).unwrap(),
            "{\n  \"a\": 1\n}\n"
        );
        update.write(file, &json!({"a": 1})).unwrap();
        let error = update.write(file, &json!(2)).unwrap_err().to_string();
        assert!(
            error.contains("a.response.json") && error.contains("a file of its own"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_has_to_be_there() {
        let error = Update::new(Path::new("")).err().unwrap().to_string();
        assert!(error.contains("bazel run"), "{error}");
    }
}
