//! Symbols of the process that the library was loaded into.

use std::{
    ffi::{CStr, c_char, c_void},
    ptr,
};

unsafe extern "C" {
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The default scope of `dlsym`: the whole process.
const EVERYWHERE: *mut c_void = if cfg!(target_os = "macos") {
    ptr::without_provenance_mut(usize::MAX - 1)
} else {
    ptr::null_mut()
};

/// The address of a symbol that the process exports.
pub(crate) fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: the name is a C string, and the handle is the one that POSIX names.
    let found = unsafe { dlsym(EVERYWHERE, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}
