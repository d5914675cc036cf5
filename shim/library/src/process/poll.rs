//! Waiting for descriptors.

use std::{
    ffi::{c_int, c_short},
    os::fd::{AsRawFd, BorrowedFd, RawFd},
};

/// `struct pollfd`.
#[repr(C)]
struct Entry {
    descriptor: RawFd,
    asked: c_short,
    found: c_short,
}

/// `POLLIN`.
const READABLE: c_short = 1;

/// `nfds_t`.
#[cfg(target_os = "linux")]
type Count = std::ffi::c_ulong;
#[cfg(not(target_os = "linux"))]
type Count = std::ffi::c_uint;

unsafe extern "C" {
    /// [`poll`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/poll.html)
    fn poll(entries: *mut Entry, count: Count, milliseconds: c_int) -> c_int;
}

/// Waits until one of `descriptors` can be read from without a wait (its end, and an error, count as well), and says which can. None can where a
/// signal ended the wait.
pub(crate) fn wait_readable<const N: usize>(descriptors: [BorrowedFd<'_>; N]) -> [bool; N] {
    look(descriptors, -1)
}

/// Whether a descriptor can be read from without a wait, which its end and an error count as.
pub fn is_readable(descriptor: BorrowedFd<'_>) -> bool {
    look([descriptor], 0) == [true]
}

fn look<const N: usize>(descriptors: [BorrowedFd<'_>; N], milliseconds: c_int) -> [bool; N] {
    let mut entries = descriptors.map(|descriptor| Entry {
        descriptor: descriptor.as_raw_fd(),
        asked: READABLE,
        found: 0,
    });
    // SAFETY: there are N entries, of open descriptors.
    unsafe { poll(entries.as_mut_ptr(), N as Count, milliseconds) };
    entries.map(|entry| entry.found != 0)
}

#[cfg(test)]
mod tests {
    use std::{io::Write, os::fd::AsFd, os::unix::net::UnixStream};

    use super::*;

    #[test]
    fn what_can_be_read_is_told() {
        let (mut writer, reader) = UnixStream::pair().unwrap();
        let (_other, silent) = UnixStream::pair().unwrap();
        assert!(!is_readable(reader.as_fd()));
        writer.write_all(b"1").unwrap();
        assert!(is_readable(reader.as_fd()));
        assert_eq!(wait_readable([silent.as_fd(), reader.as_fd()]), [false, true]);
    }

    #[test]
    fn an_end_can_be_read() {
        let (writer, reader) = UnixStream::pair().unwrap();
        drop(writer);
        assert!(is_readable(reader.as_fd()));
    }
}
