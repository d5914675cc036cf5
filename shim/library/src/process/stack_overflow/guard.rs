//! Where a thread's stack ends.

use std::{
    ffi::{CStr, c_char, c_long},
    mem::size_of,
    ops::Range,
    process, ptr,
};

use super::libc::{
    AT_EXECFN, Attributes, RLIM_INFINITY, RLIMIT_STACK, SYS_GETTID, getauxval, getrlimit, pthread_attr_destroy,
    pthread_attr_getguardsize, pthread_attr_getstack, pthread_getattr_np, pthread_self, syscall,
};
use crate::process::pages::page_size;

/// The addresses that this thread meets if its stack is too small.
pub(super) fn guard() -> Option<Range<usize>> {
    if thread_id() == c_long::from(process::id()) {
        return guard_of_first();
    }
    let mut attributes = Attributes([0; 64]);
    let (mut start, mut size, mut guard) = (ptr::null_mut(), 0, 0);
    // SAFETY: places for what is asked for.
    let is_found = unsafe {
        if pthread_getattr_np(pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let is_found = pthread_attr_getstack(&attributes, &mut start, &mut size) == 0
            && pthread_attr_getguardsize(&attributes, &mut guard) == 0;
        pthread_attr_destroy(&mut attributes);
        is_found
    };
    let start = start.addr();
    // Before 2.27, glibc counted the guard page as a part of the stack.
    (is_found && guard > 0).then(|| start.saturating_sub(guard)..start + guard)
}

/// The same for the process's first thread. It has no guard page: the kernel does not let its stack grow beyond the limit, which is not at a page's
/// start if it is not a multiple of one.
///
/// glibc would read all of `/proc/self/maps` for it, which takes a third of the time in which a library is imported.
fn guard_of_first() -> Option<Range<usize>> {
    let mut limits = [0; 2];
    // SAFETY: a place for both limits.
    if unsafe { getrlimit(RLIMIT_STACK, &mut limits) } != 0 || limits[0] == RLIM_INFINITY {
        return None;
    }
    let start = end_of_first()?.checked_sub(usize::try_from(limits[0]).ok()?)?;
    let page = page_size();
    Some(start.next_multiple_of(page).saturating_sub(2 * page)..start.next_multiple_of(page))
}

/// Where the stack of the process's first thread ends: behind the name of the program's file, which the kernel lays there first, and a null pointer.
pub(super) fn end_of_first() -> Option<usize> {
    // SAFETY: it has no requirements; zero where the kernel does not say.
    let name = ptr::with_exposed_provenance::<c_char>(unsafe { getauxval(AT_EXECFN) });
    // SAFETY: a text that the kernel wrote for the process.
    let length = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.count_bytes())?;
    Some((name.addr() + length + 1 + size_of::<*const c_char>()).next_multiple_of(page_size()))
}

/// The kernel's number of this thread. `gettid` came with glibc 2.30.
pub(super) fn thread_id() -> c_long {
    // SAFETY: it has no requirements.
    unsafe { syscall(SYS_GETTID) }
}
