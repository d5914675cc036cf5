//! Has a process see a folder at `/opt`, where the system lets it.

pub(crate) use platform::before_exec;
use rustix::io::Errno;

/// How a process that only tries says that it worked.
pub(crate) const SEEN: Errno = Errno::CANCELED;

#[cfg(target_os = "linux")]
mod platform {
    #![allow(unsafe_code)]

    use std::{
        ffi::{CStr, CString},
        fs::File,
        io::{self, Write},
        os::unix::{ffi::OsStrExt, process::CommandExt},
        path::Path,
        process::Command,
    };

    use rustix::{
        mount::{MountPropagationFlags, mount_bind, mount_change},
        process::{getegid, geteuid},
        thread::{UnshareFlags, unshare_unsafe},
    };

    use super::SEEN;

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
mod platform {
    use std::{io, path::Path, process::Command};

    pub fn before_exec(_command: &mut Command, _folder: &Path, _is_trial: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
