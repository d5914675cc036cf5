//! The way in by C functions, which `shim/include/lambda_shim.h` declares and `ctypes` binds.

use std::{
    ffi::{c_long, c_void},
    ptr,
};

use super::{api::Api, calls, installed};
use crate::{environ::Environ, program::Function};

pub use super::calls::VERSION;

/// Implements `lambda_shim_install`.
///
/// # Safety
///
/// As the header says: the interpreter's lock is held, and the objects are live.
pub unsafe fn install(
    functions: &'static [&'static Function],
    environ: &'static Environ,
    arguments: [*mut c_void; 5],
) -> *mut c_void {
    let Some(api) = Api::get() else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held, which keeps Python code from the environment.
    if !unsafe { calls::attach(api, functions, environ) } {
        return ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    unsafe { installed::install(api, arguments) }
}

/// Implements `lambda_shim_init`.
///
/// # Safety
///
/// As the header says: the interpreter's lock is held.
pub unsafe fn init(function: c_long) -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), |api| calls::init(api, function))
}

/// Implements `lambda_shim_run`.
///
/// # Safety
///
/// As in [`init`].
pub unsafe fn run(function: c_long) -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), |api| calls::run(api, function))
}

/// Implements `lambda_shim_invoke`.
///
/// # Safety
///
/// As the header says: the interpreter's lock is held, and the objects are live for the time of the call.
pub unsafe fn invoke(function: c_long, event: *mut c_void, context: *mut c_void) -> *mut c_void {
    // SAFETY: the caller's promise.
    Api::get().map_or(ptr::null_mut(), |api| unsafe {
        calls::invoke(api, function, event, context)
    })
}

/// Implements `lambda_shim_before_snapshot`.
///
/// # Safety
///
/// As in [`init`].
pub unsafe fn before_snapshot() -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), calls::before_snapshot)
}

/// Implements `lambda_shim_after_restore`.
///
/// # Safety
///
/// As in [`init`].
pub unsafe fn after_restore() -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), calls::after_restore)
}
