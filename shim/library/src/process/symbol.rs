//! Symbols of the process that the library was loaded into.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr,
};

/// `Dl_info`.
#[repr(C)]
struct DlInfo {
    file: *const c_char,
    base: *mut c_void,
    symbol: *const c_char,
    address: *mut c_void,
}

unsafe extern "C" {
    fn dladdr(address: *const c_void, info: *mut DlInfo) -> c_int;
    fn dlsym(handle: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// The default scope of `dlsym`: the whole process.
const EVERYWHERE: *mut c_void = if cfg!(target_os = "macos") {
    ptr::without_provenance_mut(usize::MAX - 1)
} else {
    ptr::null_mut()
};

/// What is loaded after the code that asks.
const NEXT: *mut c_void = ptr::without_provenance_mut(usize::MAX);

/// The address of a symbol that the library defines in libc's place, as the rest of the process has it.
///
/// A library that exports its own hides nothing from itself here; nor does a program, such as a test, that uses
/// [`export!`](crate::export).
pub(crate) fn replaced_symbol(name: &CStr) -> Option<*mut c_void> {
    let base = |address| {
        let mut info = DlInfo {
            file: ptr::null(),
            base: ptr::null_mut(),
            symbol: ptr::null(),
            address: ptr::null_mut(),
        };
        // SAFETY: any address may be asked for, and there is room for the answer.
        (unsafe { dladdr(address, &mut info) } != 0).then_some(info.base)
    };
    let found = symbol(name)?;
    if base(found) != base(ptr::from_ref(&OWN).cast()) {
        return Some(found);
    }
    // SAFETY: as in `symbol`.
    let found = unsafe { dlsym(NEXT, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

/// Lies where this code lies.
static OWN: c_int = 0;

/// The address of a symbol that the process exports.
pub(crate) fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: the name is a C string, and the handle is the one that POSIX names.
    let found = unsafe { dlsym(EVERYWHERE, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}
