//! What a library exports: the C symbols that CPython, glibc and the library's own code find by name. All that they do stands elsewhere.

/// Makes a library of a list of functions. Used once, in the generated root crate, with the name of the function that CPython calls on
/// import: `PyInit_` and the library's file name without its suffix.
///
/// ```standalone_crate
/// static HELLO: lambda_shim::Function = lambda_shim::Function::new(|| Err(lambda_shim::Failure::exit("no program")));
/// lambda_shim::export!(PyInit_libhello, [HELLO]);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($init:ident, [$($function:path),+ $(,)?]) => {
        $crate::export_environment!();
        $crate::export_startup!();
        $crate::export_threads!();
        $crate::export_interface!(FUNCTIONS);

        static FUNCTIONS: &[&$crate::Function] = &[$(&$function),+];

        /// Makes the Python module.
        ///
        /// # Safety
        ///
        /// CPython calls it, in the course of an import.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn $init() -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::cpython::extension::init_module(FUNCTIONS, &environ) }
        }
    };
}

/// Defines the C functions and the variable by which code reaches the environment, for what is linked into the same library.
#[doc(hidden)]
#[macro_export]
macro_rules! export_environment {
    () => {
        #[allow(non_upper_case_globals)]
        #[unsafe(no_mangle)]
        pub static environ: $crate::environ::Environ = ::core::sync::atomic::AtomicPtr::new(::core::ptr::null_mut());

        #[unsafe(no_mangle)]
        unsafe extern "C" fn getenv(name: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_char {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environ::get(&environ, name) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn secure_getenv(name: *const ::core::ffi::c_char) -> *mut ::core::ffi::c_char {
            // SAFETY: the caller's contract is the same. A function has no more rights than who started it.
            unsafe { $crate::environ::get(&environ, name) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn setenv(
            name: *const ::core::ffi::c_char,
            value: *const ::core::ffi::c_char,
            overwrite: ::core::ffi::c_int,
        ) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environ::set(&environ, name, value, overwrite) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn putenv(text: *mut ::core::ffi::c_char) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environ::put(text) }
        }

        #[unsafe(no_mangle)]
        unsafe extern "C" fn unsetenv(name: *const ::core::ffi::c_char) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::environ::unset(name) }
        }

        #[unsafe(no_mangle)]
        extern "C" fn clearenv() -> ::core::ffi::c_int {
            $crate::environ::clear()
        }
    };
}

/// Defines the library's first constructor.
#[doc(hidden)]
#[macro_export]
macro_rules! export_startup {
    () => {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        #[used]
        #[unsafe(link_section = ".init_array.00000")]
        static LAMBDA_SHIM_START: $crate::startup::Constructor = {
            unsafe extern "C" fn start(
                _: ::core::ffi::c_int,
                _: *const *const ::core::ffi::c_char,
                _: *const *const ::core::ffi::c_char,
            ) {
                // SAFETY: glibc calls it through this entry, as the library is loaded for an import.
                unsafe { $crate::startup::start(&raw const LAMBDA_SHIM_START, &environ) }
            }
            start
        };
    };
}

/// Defines the C function by which threads are started, for what is linked into the same library.
#[doc(hidden)]
#[macro_export]
macro_rules! export_threads {
    () => {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn pthread_create(
            thread: *mut usize,
            attributes: *const ::core::ffi::c_void,
            start: $crate::process::stack_overflow::Start,
            argument: *mut ::core::ffi::c_void,
        ) -> ::core::ffi::c_int {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::process::stack_overflow::create_thread(thread, attributes, start, argument) }
        }
    };
}

/// Defines the C functions over a list of functions.
#[doc(hidden)]
#[macro_export]
macro_rules! export_interface {
    ($functions:expr) => {
        /// The version of this interface.
        #[unsafe(no_mangle)]
        pub extern "C" fn lambda_shim_version() -> ::core::ffi::c_long {
            $crate::cpython::interface::VERSION
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
            unsafe { $crate::cpython::interface::install($functions, &environ, [parsed, headers, fail, over, metrics]) }
        }

        /// Runs a function's program up to its first event.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_init(function: ::core::ffi::c_long) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::cpython::interface::init(function) }
        }

        /// Has a program's own event loop take the process over.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_run(function: ::core::ffi::c_long) -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::cpython::interface::run(function) }
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
            unsafe { $crate::cpython::interface::invoke(function, event, context) }
        }

        /// Runs hooks before a snapshot is taken.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_before_snapshot() -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::cpython::interface::before_snapshot() }
        }

        /// Runs hooks after a restore.
        ///
        /// # Safety
        ///
        /// As `lambda_shim.h` says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C-unwind" fn lambda_shim_after_restore() -> *mut ::core::ffi::c_void {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::cpython::interface::after_restore() }
        }
    };
}
