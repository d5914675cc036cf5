//! What of glibc, and of the kernel, the watch over stacks is made with: types, functions and numbers.

use std::ffi::{c_int, c_long, c_void};

/// `pthread_attr_t`, of which no field is public.
#[repr(C, align(8))]
pub(super) struct Attributes(pub(super) [u8; 64]);

/// `stack_t`.
#[repr(C)]
pub(super) struct SignalStack {
    pub(super) start: *mut c_void,
    pub(super) flags: c_int,
    pub(super) size: usize,
}

/// `struct sigaction` of glibc.
#[repr(C)]
pub(super) struct Action {
    pub(super) handler: usize,
    pub(super) mask: [u64; 16],
    pub(super) flags: c_int,
    pub(super) restorer: usize,
}

impl Action {
    pub(super) const DEFAULT: Self = Self {
        handler: 0,
        mask: [0; 16],
        flags: 0,
        restorer: 0,
    };
}

/// The start of `siginfo_t`, for a fault.
#[repr(C)]
pub(super) struct Information {
    pub(super) signal: c_int,
    pub(super) error: c_int,
    pub(super) code: c_int,
    pub(super) address: usize,
}

unsafe extern "C" {
    pub(super) fn abort() -> !;
    pub(super) fn getauxval(kind: usize) -> usize;
    pub(super) fn getrlimit(resource: c_int, limits: *mut [u64; 2]) -> c_int;
    pub(super) fn mmap(
        start: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: i64,
    ) -> *mut c_void;
    pub(super) fn pthread_attr_destroy(attributes: *mut Attributes) -> c_int;
    pub(super) fn pthread_attr_getguardsize(attributes: *const Attributes, size: *mut usize) -> c_int;
    pub(super) fn pthread_attr_getstack(
        attributes: *const Attributes,
        start: *mut *mut c_void,
        size: *mut usize,
    ) -> c_int;
    pub(super) fn pthread_getattr_np(thread: usize, attributes: *mut Attributes) -> c_int;
    pub(super) fn pthread_key_create(key: *mut u32, ended: Option<unsafe extern "C" fn(*mut c_void)>) -> c_int;
    pub(super) fn pthread_self() -> usize;
    pub(super) fn pthread_setspecific(key: u32, value: *const c_void) -> c_int;
    pub(super) fn raise(signal: c_int) -> c_int;
    pub(super) fn sigaction(signal: c_int, new: *const Action, old: *mut Action) -> c_int;
    pub(super) fn sigaltstack(new: *const SignalStack, old: *mut SignalStack) -> c_int;
    pub(super) fn syscall(number: c_long, ...) -> c_long;
    pub(super) fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
}

pub(super) const SIGBUS: c_int = 7;
pub(super) const SIGSEGV: c_int = 11;
pub(super) const SA_SIGINFO: c_int = 4;
pub(super) const SA_ONSTACK: c_int = 0x0800_0000;
pub(super) const SS_DISABLE: c_int = 2;
pub(super) const RLIMIT_STACK: c_int = 3;
pub(super) const RLIM_INFINITY: u64 = u64::MAX;
pub(super) const AT_EXECFN: usize = 31;
pub(super) const AT_MINSIGSTKSZ: usize = 51;
pub(super) const EAGAIN: c_int = 11;
pub(super) const SYS_GETTID: c_long = if cfg!(target_arch = "aarch64") { 178 } else { 186 };
