//! The way in by C functions, which `shim/include/lambda_shim.h` declares and `ctypes` binds.

use std::{
    ffi::{c_long, c_void},
    ptr,
};

use super::{api::Api, calls};
use crate::{Function, environment::Table};

pub use super::calls::VERSION;

/// Implements `lambda_shim_install`.
///
/// # Safety
///
/// As the header says: the interpreter's lock is held, and the objects are live.
pub unsafe fn install(
    functions: &'static [&'static Function],
    environ: &'static Table,
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
    unsafe { calls::install(api, arguments) }
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
/// As [`init`].
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
/// As [`init`].
pub unsafe fn before_snapshot() -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), calls::before_snapshot)
}

/// Implements `lambda_shim_after_restore`.
///
/// # Safety
///
/// As [`init`].
pub unsafe fn after_restore() -> *mut c_void {
    Api::get().map_or(ptr::null_mut(), calls::after_restore)
}

/// Defines the C functions over a list of functions.
#[doc(hidden)]
#[macro_export]
macro_rules! export_interface {
    ($functions:expr) => {
        /// The version of this interface.
        #[unsafe(no_mangle)]
        pub extern "C" fn lambda_shim_version() -> ::core::ffi::c_long {
            $crate::python::interface::VERSION
        }

        /// Sets what the handlers call for what is rare.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_install(
            parsed: *mut ::core::ffi::c_void,
            headers: *mut ::core::ffi::c_void,
            fail: *mut ::core::ffi::c_void,
            over: *mut ::core::ffi::c_void,
            metrics: *mut ::core::ffi::c_void,
        ) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::install($functions, &environ, [parsed, headers, fail, over, metrics]) }
        }

        /// Runs a function's program up to its first event.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_init(function: ::core::ffi::c_long) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::init(function) }
        }

        /// Has a program's own event loop take the process over.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_run(function: ::core::ffi::c_long) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::run(function) }
        }

        /// Hands an event to a function.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_invoke(
            function: ::core::ffi::c_long,
            event: *mut ::core::ffi::c_void,
            context: *mut ::core::ffi::c_void,
        ) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::invoke(function, event, context) }
        }

        /// Runs hooks before a snapshot is taken.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_before_snapshot() -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::before_snapshot() }
        }

        /// Runs hooks after a restore.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_after_restore() -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::interface::after_restore() }
        }
    };
}
