//! What layers bring: the folder that Lambda has at `/opt`.

use std::{
    io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{mount, runner::found};

/// Where Lambda unpacks layers.
const PLACE: &str = "/opt";

/// Unpacked layers, as a function's processes find them: at `/opt`, where [Lambda has them], if that can be done here.
///
/// [Lambda has them]: https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
#[derive(Debug)]
pub struct Layers {
    folder: PathBuf,
    /// Why they are not at `/opt`, if they can't be.
    failure: Option<String>,
}

impl Layers {
    /// Finds out whether processes can have a folder at `/opt`. `needed` is what they run from, which must not be hidden by it.
    pub(crate) fn new(folder: PathBuf, needed: &[&Path]) -> Self {
        let hidden = needed
            .iter()
            .filter_map(|path| found(path).canonicalize().ok())
            .find(|path| path.starts_with(PLACE));
        let failure = match hidden {
            Some(path) => Some(format!("{} would be hidden", path.display())),
            None => can_be_seen(&folder).err().map(|error| error.to_string()),
        };
        Self { folder, failure }
    }

    /// Where the function's processes find what layers bring.
    pub(crate) fn seen(&self) -> &Path {
        match self.failure {
            None => Path::new(PLACE),
            Some(_) => &self.folder,
        }
    }

    /// Where it is for everybody else.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Why it is not at `/opt`, if it can't be.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Has a command's process see them there. Fails if their path is none for the system, or this system is none that Lambda has.
    pub(crate) fn apply(&self, command: &mut Command) -> io::Result<()> {
        match self.failure {
            None => mount::before_exec(command, &self.folder, false),
            Some(_) => Ok(()),
        }
    }
}

/// Tries it, in a process that then ends before it runs anything.
fn can_be_seen(folder: &Path) -> io::Result<()> {
    let mut command = Command::new(PLACE);
    mount::before_exec(&mut command, folder, true)?;
    match command.spawn() {
        Err(error) if error.raw_os_error() == Some(mount::SEEN.raw_os_error()) => Ok(()),
        Err(error) => Err(error),
        // Nothing can be run that is a folder.
        Ok(_) => Err(io::Error::other("a process could be started from a folder")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_process_sees_it_and_this_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("layered"), "layered").unwrap();
        let layers = Layers::new(folder.path().to_owned(), &[]);
        let mut command = Command::new("cat");
        layers.apply(&mut command).unwrap();
        let output = command.arg(layers.seen().join("layered")).output().unwrap();
        assert_eq!(output.stdout, b"layered", "{output:?}, {layers:?}");
        assert!(!Path::new("/opt/layered").exists());
    }

    #[test]
    fn what_runs_from_there_is_not_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let layers = Layers::new(folder.path().to_owned(), &[Path::new("/opt")]);
        // Where there is no such folder, nothing can be there.
        if Path::new(PLACE).exists() {
            assert_eq!(layers.failure(), Some("/opt would be hidden"));
            assert_eq!(layers.seen(), folder.path());
        }
    }
}
