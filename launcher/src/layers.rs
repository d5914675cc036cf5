//! What layers bring: the folder that Lambda has at `/opt`.

use std::{
    io,
    path::{Path, PathBuf},
};

use tokio::process::Command;

/// Where Lambda unpacks layers.
pub(crate) const PLACE: &str = "/opt";

/// Unpacked layers, as a function's processes find them.
#[derive(Debug)]
pub(crate) struct Opt {
    folder: PathBuf,
    /// Why they are not at `/opt`, if they can't be.
    failure: Option<String>,
}

impl Opt {
    /// Finds out whether processes can have a folder at `/opt`. `needed` is what they run from, which must not be hidden by it.
    pub fn new(folder: PathBuf, needed: &[&Path]) -> Self {
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
    pub fn seen(&self) -> &Path {
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
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Has a command's process see it.
    pub fn apply(&self, command: &mut Command) -> io::Result<()> {
        match self.failure {
            None => mount::before_exec(command.as_std_mut(), &self.folder, false),
            Some(_) => Ok(()),
        }
    }
}

/// The file that a bare name of a program means.
fn found(program: &Path) -> PathBuf {
    if program.components().count() > 1 {
        return program.to_owned();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .unwrap_or_else(|| program.to_owned())
}

/// Tries it, in a process that then ends before it runs anything.
fn can_be_seen(folder: &Path) -> io::Result<()> {
    let mut command = std::process::Command::new(PLACE);
    mount::before_exec(&mut command, folder, true)?;
    match command.spawn() {
        Err(error) if error.raw_os_error() == Some(mount::SEEN.raw_os_error()) => Ok(()),
        Err(error) => Err(error),
        // Nothing can be run that is a folder.
        Ok(_) => Err(io::Error::other("a process could be started from a folder")),
    }
}

#[cfg(target_os = "linux")]
mod mount {
    use std::{
        ffi::{CStr, CString},
        fs::File,
        io::{self, Write},
        os::unix::{ffi::OsStrExt, process::CommandExt},
        path::Path,
        process::Command,
    };

    use rustix::{
        io::Errno,
        mount::{MountPropagationFlags, mount_bind, mount_change},
        process::{getegid, geteuid},
        thread::{UnshareFlags, unshare_unsafe},
    };

    /// How a process that only tries says that it worked.
    pub const SEEN: Errno = Errno::CANCELED;

    const PLACE: &CStr = c"/opt";

    /// Has a command's process see a folder at `/opt`, and no other process.
    pub fn before_exec(command: &mut Command, folder: &Path, is_trial: bool) -> io::Result<()> {
        let folder = CString::new(folder.as_os_str().as_bytes())?;
        // In a namespace of users of its own, the process stays who it is.
        let user = geteuid().as_raw();
        let group = getegid().as_raw();
        let maps = [
            ("/proc/self/setgroups", "deny".to_owned()),
            ("/proc/self/uid_map", format!("{user} {user} 1")),
            ("/proc/self/gid_map", format!("{group} {group} 1")),
        ];
        let enter = move || {
            // Root may; others may in a namespace of users of their own.
            // SAFETY: nothing of this process's memory or files is shared less or more by a namespace of mounts or of users: only what
            // paths lead to, and who the process is to others.
            if unsafe { unshare_unsafe(UnshareFlags::NEWNS) }.is_err() {
                // SAFETY: as above.
                unsafe { unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNS) }?;
                for (path, content) in &maps {
                    File::options().write(true).open(path)?.write_all(content.as_bytes())?;
                }
            }
            // What is mounted here is not to be seen elsewhere.
            mount_change(c"/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
            mount_bind(&*folder, PLACE)?;
            if is_trial {
                return Err(SEEN.into());
            }
            Ok(())
        };
        // SAFETY: between fork and exec, `enter` makes system calls alone, on memory that was set up before: paths of less than 384 bytes
        // are made C strings of on the stack, and an error is a number.
        unsafe { command.pre_exec(enter) };
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
mod mount {
    use std::{io, path::Path, process::Command};

    use rustix::io::Errno;

    pub const SEEN: Errno = Errno::CANCELED;

    pub fn before_exec(_command: &mut Command, _folder: &Path, _is_trial: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[tokio::test]
    async fn a_process_sees_it_and_this_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("layered"), "layered").unwrap();
        let opt = Opt::new(folder.path().to_owned(), &[]);
        let mut command = Command::new("cat");
        opt.apply(&mut command).unwrap();
        let output = command.arg(opt.seen().join("layered")).output().await.unwrap();
        assert_eq!(output.stdout, b"layered", "{output:?}, {opt:?}");
        assert!(!Path::new("/opt/layered").exists());
    }

    #[test]
    fn what_runs_from_there_is_not_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let opt = Opt::new(folder.path().to_owned(), &[Path::new("/opt")]);
        // Where there is no such folder, nothing can be there.
        if Path::new(PLACE).exists() {
            assert_eq!(opt.failure(), Some("/opt would be hidden"));
            assert_eq!(opt.seen(), folder.path());
        }
    }

    #[test]
    fn a_bare_name_is_looked_for_in_the_path() {
        let shell = found(Path::new("sh"));
        assert_ne!(fs::metadata(shell).unwrap().permissions().mode() & 0o111, 0);
    }
}
