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
    /// The files, and what was written into them; those that hold what came already have none.
    files: BTreeMap<PathBuf, Option<Value>>,
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
            files: BTreeMap::new(),
        })
    }

    /// Leaves a file as it is.
    ///
    /// # Errors
    ///
    /// If it was written for another case: two that differ can't both have it.
    pub(super) fn keep(&mut self, file: &Path) -> Result<()> {
        self.note(file, None)
    }

    fn note(&mut self, file: &Path, value: Option<&Value>) -> Result<()> {
        if let Some(before) = self.files.insert(file.to_owned(), value.cloned())
            && before.as_ref() != value
        {
            bail!(
                "two events have {} for what is expected, and differ: give each a file of its own",
                file.display()
            );
        }
        Ok(())
    }

    /// Writes a file.
    ///
    /// # Errors
    ///
    /// If it can't be written, or another case needs it otherwise.
    pub(super) fn write(&mut self, file: &Path, value: &Value) -> Result<()> {
        self.note(file, Some(value))?;
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
        // One that another case is in accord with as it is.
        let kept = Path::new("app/testdata/b.response.json");
        update.keep(kept).unwrap();
        update.keep(kept).unwrap();
        assert!(update.write(kept, &json!(1)).is_err());
        assert!(!folder.path().join(kept).exists());
        assert!(update.keep(file).is_err());
    }

    #[test]
    fn a_folder_has_to_be_there() {
        let error = Update::new(Path::new("")).err().unwrap().to_string();
        assert!(error.contains("bazel run"), "{error}");
    }
}
