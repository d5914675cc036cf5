//! The folders that Lambda gives to a function.

use std::{
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{
    Layers, TargetRunner,
    archive::{make_folder, protect, release, unpack},
};

/// What is set here as Lambda does, and may therefore not be given.
const RESERVED: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
];

/// An unpacked zip, and its layers, read-only. The folder goes when this is dropped. [The crate](crate) has an example.
#[derive(Debug)]
pub struct Sandbox {
    root: PathBuf,
    layers: Option<Layers>,
    runner: Option<TargetRunner>,
    handler: String,
    runtime: String,
    variables: Vec<(String, String)>,
    _folder: TempDir,
}

impl Sandbox {
    /// Unpacks a zip for a handler, and for a runtime such as `python3.13`, with variables of the function's environment.
    ///
    /// # Errors
    ///
    /// If a variable is one that Lambda sets itself, or the zip cannot be unpacked.
    pub fn new(zip: &Path, handler: &str, runtime: &str, variables: Vec<(String, String)>) -> Result<Self> {
        if let Some((name, _)) = variables.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
            bail!("{name} is set here, as by Lambda: take it out of the variables that are given");
        }
        let folder = TempDir::new().context("cannot make a temporary folder: see that TMPDIR can be written to")?;
        let root = folder
            .path()
            .canonicalize()
            .context("cannot resolve the temporary folder")?
            .join("task");
        let sandbox = Self {
            root,
            layers: None,
            runner: None,
            handler: handler.to_owned(),
            runtime: runtime.to_owned(),
            variables,
            _folder: folder,
        };
        make_folder(&sandbox.root)?;
        unpack(zip, &sandbox.root)?;
        protect(&sandbox.root)?;
        Ok(sandbox)
    }

    /// Has programs of the function's run by another one, where this machine can't run them itself. What they start in turn is left to the
    /// system.
    pub fn with_runner(mut self, runner: Option<TargetRunner>) -> Self {
        self.runner = runner;
        self
    }

    /// Unpacks layers in their order into one folder, which the function's processes have at `/opt`, if that can be done on this
    /// machine, and if that hides nothing of what is `needed` there. Elsewhere it is where `LD_LIBRARY_PATH` and the like say; a note on
    /// stderr says so.
    ///
    /// # Errors
    ///
    /// If a layer cannot be unpacked.
    pub fn with_layers(mut self, layers: &[PathBuf], needed: &[&Path]) -> Result<Self> {
        if layers.is_empty() {
            return Ok(self);
        }
        let folder = self.root.with_file_name("opt");
        make_folder(&folder)?;
        let visible = [needed, &[self.root.as_path()]].concat();
        let unpacked = self.layers.insert(Layers::new(folder, &visible));
        for layer in layers {
            unpack(layer, unpacked.folder())?;
        }
        protect(unpacked.folder())?;
        if let Some(failure) = unpacked.failure() {
            eprintln!(
                "note: what the layers bring can't be at /opt here ({failure}); it is in {}",
                unpacked.folder().display()
            );
        }
        Ok(self)
    }

    /// What runs the function's programs, if this machine doesn't.
    pub fn runner(&self) -> Option<&TargetRunner> {
        self.runner.as_ref()
    }

    /// What layers bring.
    pub fn layers(&self) -> Option<&Layers> {
        self.layers.as_ref()
    }

    /// The folder that the zip was unpacked to.
    pub fn task_root(&self) -> &Path {
        &self.root
    }

    /// The handler, such as `index.handler`.
    pub fn handler(&self) -> &str {
        &self.handler
    }

    /// Lambda's name of the runtime.
    pub(crate) fn runtime(&self) -> &str {
        &self.runtime
    }

    /// The variables that were given.
    pub(crate) fn variables(&self) -> &[(String, String)] {
        &self.variables
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        for folder in [Some(&*self.root), self.layers.as_ref().map(Layers::folder)]
            .into_iter()
            .flatten()
        {
            if let Err(error) = release(folder)
                && error.kind() != io::ErrorKind::NotFound
            {
                eprintln!("cannot make {} writable, so it stays: {error}", folder.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, os::unix::fs::PermissionsExt};

    use tempfile::NamedTempFile;

    use crate::{
        Extension,
        testing::{sandbox, zip},
    };

    #[test]
    fn what_is_unpacked_is_read_only_and_goes_in_the_end() {
        let zip = zip(&[("index.py", 0o644), ("lib/native.so", 0o755)]);
        let sandbox = sandbox(zip.path(), &[]).unwrap();
        let root = sandbox.task_root().to_owned();
        let mode = |name| fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("index.py"), 0o444);
        assert_eq!(mode("lib/native.so"), 0o555);
        assert_eq!(mode("lib") & 0o222, 0);
        assert_eq!(mode("") & 0o222, 0);
        assert_eq!(fs::read(root.join("lib/native.so")).unwrap(), b"lib/native.so");
        drop(sandbox);
        assert!(!root.parent().unwrap().exists());
    }

    #[test]
    fn an_entry_that_leads_out_is_refused() {
        let zip = zip(&[("index.py", 0o644), ("../evil.py", 0o644)]);
        let error = sandbox(zip.path(), &[]).unwrap_err().to_string();
        assert!(
            error.contains("\"../evil.py\"") && error.contains("leads out"),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_is_no_zip_is_named() {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"text").unwrap();
        let error = sandbox(file.path(), &[]).unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }

    #[test]
    fn what_the_emulator_relies_on_cannot_be_set() {
        let zip = zip(&[]);
        let error = sandbox(zip.path(), &[("_HANDLER", "x.y")]).unwrap_err().to_string();
        assert!(error.contains("_HANDLER") && error.contains("take it out"), "{error}");
    }

    #[test]
    fn later_layers_overwrite_earlier_ones() {
        let function = zip(&[("index.py", 0o644)]);
        let one = zip(&[("python/tool.py", 0o444), ("extensions/flush", 0o755)]);
        let other = zip(&[
            ("python/tool.py", 0o644),
            ("extensions/sub/no", 0o755),
            ("lib/a.so", 0o755),
        ]);
        let layers = [one.path().to_owned(), other.path().to_owned()];
        let sandbox = sandbox(function.path(), &[])
            .unwrap()
            .with_layers(&layers, &[])
            .unwrap();
        let layers = sandbox.layers().unwrap();
        let mode = |name| fs::metadata(layers.folder().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("python/tool.py"), 0o444);
        assert_eq!(mode("extensions/flush"), 0o555);
        let extensions = Extension::all(&sandbox).unwrap();
        let found: Vec<_> = extensions
            .iter()
            .map(|extension| (&*extension.name, &*extension.path))
            .collect();
        assert_eq!(found, [("flush", &*layers.seen().join("extensions/flush"))]);
    }
}
