//! Telling a forked child from its parent without asking the kernel at every call.

use std::{
    ffi::c_int,
    sync::{
        Once,
        atomic::{AtomicU32, Ordering},
    },
};

unsafe extern "C" {
    fn pthread_atfork(
        prepare: Option<extern "C" fn()>,
        parent: Option<extern "C" fn()>,
        child: Option<extern "C" fn()>,
    ) -> c_int;
}

static FORKS: AtomicU32 = AtomicU32::new(0);
static WATCHED: Once = Once::new();

extern "C" fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// How many forks lie between this process and the one that called this first.
pub(crate) fn generation() -> u32 {
    WATCHED.call_once(|| {
        // SAFETY: the handler does what is allowed in a forked child: it counts.
        let status = unsafe { pthread_atfork(None, None, Some(forked)) };
        debug_assert_eq!(status, 0, "it fails for want of memory alone");
    });
    FORKS.load(Ordering::Relaxed)
}
