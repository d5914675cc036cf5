//! Pages of memory, and what may be done with them.

use std::ffi::{c_int, c_void};

/// `PROT_READ`.
pub(crate) const READ: c_int = 1;
/// `PROT_WRITE`.
pub(crate) const WRITE: c_int = 2;
/// `PROT_NONE`.
pub(crate) const NOTHING: c_int = 0;

unsafe extern "C" {
    fn getpagesize() -> c_int;
    /// [`mprotect`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/mprotect.html)
    pub(crate) fn mprotect(start: *mut c_void, length: usize, protection: c_int) -> c_int;
}

/// How many bytes a page has: a power of two.
pub(crate) fn page_size() -> usize {
    // SAFETY: it has no requirements.
    unsafe { getpagesize() }.unsigned_abs() as usize
}
