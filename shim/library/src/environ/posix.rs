//! The functions of C by which code reaches the environment, as the library has them in libc's place.

use std::{
    ffi::{CStr, c_char, c_int},
    ptr,
    sync::atomic::Ordering,
};

use super::{
    state::lock,
    table::{Environ, name},
};
use crate::process::errno::{EINVAL, fail};

/// [`getenv`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/getenv.html) for the library's code.
///
/// # Safety
///
/// As in POSIX's function: `wanted` is a text. The result is never freed.
pub unsafe fn get(environ: &Environ, wanted: *const c_char) -> *mut c_char {
    let mut entry = environ.load(Ordering::Acquire).cast_const();
    if entry.is_null() || wanted.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller's promise.
    let wanted = unsafe { CStr::from_ptr(wanted) }.to_bytes();
    if wanted.is_empty() {
        return ptr::null_mut();
    }
    loop {
        // SAFETY: a table's entries end with a null one, and stay where they are.
        let text = unsafe { (*entry).load(Ordering::Acquire) };
        if text.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: an entry is a text that is not freed.
        let rest = unsafe { CStr::from_ptr(text) }.to_bytes().strip_prefix(wanted);
        if rest.is_some_and(|rest| rest.starts_with(b"=")) {
            // SAFETY: the value begins behind the name and the sign.
            return unsafe { text.add(wanted.len() + 1) };
        }
        // SAFETY: this one was not the last.
        entry = unsafe { entry.add(1) };
    }
}

/// The value of a variable as the library sees it; what is not UTF-8 in it is replaced.
///
/// Without std's lock, which in a forked child a thread of the parent's may hold for ever. The interpreter's lock is held: what Python
/// set stays meanwhile.
pub(crate) fn value(variable: &CStr) -> Option<String> {
    let environ = lock().table.environ()?;
    // SAFETY: the name is a text.
    let value = unsafe { get(environ, variable.as_ptr()) };
    // SAFETY: a text, which is not freed.
    (!value.is_null()).then(|| String::from_utf8_lossy(unsafe { CStr::from_ptr(value) }.to_bytes()).into_owned())
}

/// The bytes of a variable's name; `None` for what is none.
///
/// # Safety
///
/// `variable` is null or a text.
unsafe fn variable_name<'a>(variable: *const c_char) -> Option<&'a [u8]> {
    if variable.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(variable) }.to_bytes();
    (!name.is_empty() && !name.contains(&b'=')).then_some(name)
}

/// [`setenv`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/setenv.html) for the library's code: sets a variable for the process
/// and for the library.
///
/// # Safety
///
/// As in POSIX's function: both are texts.
pub unsafe fn set(environ: &Environ, variable: *const c_char, value: *const c_char, overwrite: c_int) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { variable_name(variable) }) else {
        return fail(EINVAL);
    };
    if value.is_null() {
        return fail(EINVAL);
    }
    // SAFETY: the caller's promise.
    let value = unsafe { CStr::from_ptr(value) }.to_bytes();
    let mut state = lock();
    // SAFETY: a text.
    if overwrite == 0 && !unsafe { get(environ, variable) }.is_null() {
        return 0;
    }
    let (text, index) = state.own.write(name, value);
    let status = state.put(text);
    if status == 0 {
        state.own.keep(index);
    }
    status
}

/// [`putenv`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/putenv.html) for the library's code.
///
/// # Safety
///
/// As in POSIX's function: `text` is one that stays.
pub unsafe fn put(text: *mut c_char) -> c_int {
    if text.is_null() {
        return fail(EINVAL);
    }
    // SAFETY: the caller's promise.
    match unsafe { name(text) } {
        Some(_) => lock().put(text),
        // Without a sign, glibc takes it as a name to take out, and succeeds if there is no such variable.
        None => {
            // SAFETY: a text.
            unsafe { unset(text) };
            0
        }
    }
}

/// [`unsetenv`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/unsetenv.html) for the library's code.
///
/// # Safety
///
/// As in POSIX's function: `variable` is a text.
pub unsafe fn unset(variable: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { variable_name(variable) }) else {
        return fail(EINVAL);
    };
    let mut state = lock();
    if let Some(libc) = state.libc {
        // SAFETY: the caller's promise.
        let status = unsafe { (libc.unsetenv)(variable) };
        if status != 0 {
            return status;
        }
    }
    state.forget(name);
    0
}

/// [`clearenv`](https://man7.org/linux/man-pages/man3/clearenv.3.html) for the library's code: takes out every variable, of the process and
/// of the library. As in glibc, `environ` is null then.
pub fn clear() -> c_int {
    let mut state = lock();
    if let Some(clearenv) = state.libc.and_then(|libc| libc.clearenv) {
        // SAFETY: the lock keeps this library's code from the environment; others are as for any caller of `clearenv`.
        let status = unsafe { clearenv() };
        if status != 0 {
            return status;
        }
    }
    state.forget_all();
    0
}
