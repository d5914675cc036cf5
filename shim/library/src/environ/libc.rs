//! The environment that the process's own libc keeps, which the library's functions hide from it.

use std::{
    ffi::{c_char, c_int},
    mem, slice,
};

use crate::process::symbol::replaced_symbol;

/// The functions of the process's own libc.
#[derive(Clone, Copy)]
pub(super) struct Libc {
    pub(super) environ: *const *const *mut c_char,
    pub(super) putenv: unsafe extern "C" fn(*mut c_char) -> c_int,
    pub(super) unsetenv: unsafe extern "C" fn(*const c_char) -> c_int,
    /// What macOS, where this is developed at times, does not have.
    pub(super) clearenv: Option<unsafe extern "C" fn() -> c_int>,
}

impl Libc {
    pub(super) fn find() -> Option<Self> {
        // SAFETY: POSIX declares these symbols with these types.
        unsafe {
            Some(Self {
                environ: replaced_symbol(c"environ")?.cast_const().cast(),
                putenv: mem::transmute::<*mut _, unsafe extern "C" fn(*mut c_char) -> c_int>(replaced_symbol(
                    c"putenv",
                )?),
                unsetenv: mem::transmute::<*mut _, unsafe extern "C" fn(*const c_char) -> c_int>(replaced_symbol(
                    c"unsetenv",
                )?),
                clearenv: replaced_symbol(c"clearenv")
                    .map(|found| mem::transmute::<*mut _, unsafe extern "C" fn() -> c_int>(found)),
            })
        }
    }

    /// The texts of the process's environment.
    ///
    /// # Safety
    ///
    /// Nobody may change the process's environment while the result lives.
    pub(super) unsafe fn texts<'a>(&self) -> &'a [*mut c_char] {
        // SAFETY: `environ` is null, or leads to entries of which the last is null.
        unsafe {
            let first = *self.environ;
            if first.is_null() {
                return &[];
            }
            let mut count = 0;
            while !(*first.add(count)).is_null() {
                count += 1;
            }
            slice::from_raw_parts(first, count)
        }
    }
}
