//! How functions of libc that the library has in their place fail.

use std::ffi::c_int;

/// An argument that is none.
pub(crate) const EINVAL: c_int = 22;

unsafe extern "C" {
    #[cfg_attr(target_os = "macos", link_name = "__error")]
    fn __errno_location() -> *mut c_int;
}

/// Says why in `errno`, and returns what says that there is something.
pub(crate) fn fail(code: c_int) -> c_int {
    // SAFETY: the place of this thread's `errno`.
    unsafe { *__errno_location() = code };
    -1
}
