//! The threads that the library's code starts.

use std::{
    ffi::{c_int, c_void},
    mem, ptr,
    sync::{OnceLock, atomic::Ordering},
};

use super::{libc::EAGAIN, watch::Watch};
use crate::process::{schedule::regain_preemption, symbol::replaced_symbol};

/// What a thread does.
pub type Start = unsafe extern "C-unwind" fn(*mut c_void) -> *mut c_void;

/// `pthread_create`.
type Create = unsafe extern "C" fn(*mut usize, *const c_void, Start, *mut c_void) -> c_int;

/// [`pthread_create`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/pthread_create.html) for the library's code: the new thread is watched.
///
/// # Safety
///
/// As in POSIX's function.
pub unsafe fn create_thread(
    thread: *mut usize,
    attributes: *const c_void,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    let Some(create) = libc_create() else { return EAGAIN };
    let Some(watch) = Watch::take() else {
        // SAFETY: the caller's promise.
        return unsafe { create(thread, attributes, start, argument) };
    };
    watch.start.store(start as usize, Ordering::Relaxed);
    watch.argument.store(argument, Ordering::Relaxed);
    // SAFETY: the caller's promise; the new thread has the watch.
    let status = unsafe { create(thread, attributes, watched, ptr::from_ref(watch).cast_mut().cast()) };
    if status != 0 {
        watch.end();
    }
    status
}

/// Has no values to drop: a thread of C may end by `pthread_exit`, which unwinds this.
unsafe extern "C-unwind" fn watched(watch: *mut c_void) -> *mut c_void {
    // SAFETY: `create_thread` passed a watch, which is not freed, and a start in it.
    let (start, argument) = unsafe {
        let watch = &*watch.cast::<Watch>();
        let start = mem::transmute::<usize, Start>(watch.start.load(Ordering::Relaxed));
        let argument = watch.argument.load(Ordering::Relaxed);
        watch.begin();
        (start, argument)
    };
    regain_preemption();
    // SAFETY: the caller of `create_thread` promised it.
    unsafe { start(argument) }
}

fn libc_create() -> Option<Create> {
    static FOUND: OnceLock<Option<usize>> = OnceLock::new();
    let found = FOUND.get_or_init(|| replaced_symbol(c"pthread_create").map(|found| found.expose_provenance()));
    // SAFETY: POSIX declares this symbol with this type.
    found.map(|found| unsafe { mem::transmute::<usize, Create>(found) })
}
