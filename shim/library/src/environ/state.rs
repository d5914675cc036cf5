//! What writers share, and how the library's environment follows the process's.

use std::{
    ffi::{c_char, c_int},
    sync::MutexGuard,
};

use super::{
    libc::Libc,
    table::{Environ, Table, name},
    texts::OwnTexts,
};
use crate::process::fork::ForkMutex;

/// What writers share.
pub(super) struct State {
    pub(super) libc: Option<Libc>,
    pub(super) table: Table,
    /// The process's texts as they were last seen, and the entry of each in the table; none for a further one of the same name.
    seen: Vec<(*mut c_char, Option<usize>)>,
    pub(super) own: OwnTexts,
}

// SAFETY: the pointers lead to texts that are not freed; what they point to is read and written as the documentation of `environ` says,
// whatever the thread.
unsafe impl Send for State {}

static STATE: ForkMutex<State> = ForkMutex::new(State {
    libc: None,
    table: Table::EMPTY,
    seen: Vec::new(),
    own: OwnTexts::NONE,
});

pub(super) fn lock() -> MutexGuard<'static, State> {
    STATE.lock()
}

/// Gives the library its own environment, a copy of the process's.
///
/// # Safety
///
/// Nobody but this module's functions may change the process's environment during the call. The
/// [interpreter's lock](https://docs.python.org/3/c-api/init.html#thread-state-and-the-global-interpreter-lock), which is held when a library
/// is imported, keeps Python code from it.
pub(crate) unsafe fn attach(environ: &'static Environ) {
    let Some(libc) = Libc::find() else { return };
    {
        let mut state = lock();
        state.libc = Some(libc);
        // An allocator may read its settings as it gives memory for the table for the first time.
        // SAFETY: the process's `environ`; its table of pointers has the same form as the library's.
        let first = unsafe { *libc.environ }.cast_mut().cast();
        state.table.attach(environ, first);
    }
    // SAFETY: the caller's promise, which is the same.
    unsafe { follow() };
    STATE.hold_around_forks();
}

/// Takes over what the process's environment has become.
///
/// # Safety
///
/// As in [`attach`].
#[inline(never)]
pub(crate) unsafe fn follow() {
    let mut state = lock();
    let Some(libc) = state.libc else { return };
    // SAFETY: the caller keeps others from changing it, and the lock this library's own code.
    let texts = unsafe { libc.texts() };
    if !state.replace(texts) {
        state.rebuild(texts);
    }
}

impl State {
    /// Takes over values that changed, which is what happens from one invocation to the next; false, with nothing lost, if variables
    /// came or went.
    fn replace(&mut self, texts: &[*mut c_char]) -> bool {
        if texts.len() != self.seen.len() {
            return false;
        }
        for (text, (seen, entry)) in texts.iter().zip(&mut self.seen) {
            if text == seen {
                continue;
            }
            // SAFETY: what an environment holds are texts that are not freed.
            if unsafe { name(*text) != name(*seen) } {
                return false;
            }
            if let Some(entry) = entry {
                self.table.set(*entry, *text);
            }
            *seen = *text;
        }
        true
    }

    /// Takes over an environment in which variables came or went.
    fn rebuild(&mut self, texts: &[*mut c_char]) {
        // Before anything is published: a new allocator reads its settings here.
        let mut seen: Vec<(*mut c_char, Option<usize>)> = Vec::with_capacity(texts.len());
        self.table.reserve(texts.len());
        for &text in texts {
            let entry = self.table.place(text);
            // Of several, `getenv` finds the first.
            let is_first = !seen.iter().any(|(_, taken)| *taken == Some(entry));
            if is_first {
                self.table.set(entry, text);
            }
            seen.push((text, is_first.then_some(entry)));
        }
        self.seen = seen;
        let seen = &self.seen;
        self.table
            .remove(|index, _| !seen.iter().any(|(_, entry)| *entry == Some(index)));
        self.table.publish();
    }

    /// Sets a variable for the process, then for the library. Where the first fails, it leaves its `errno`.
    pub(super) fn put(&mut self, text: *mut c_char) -> c_int {
        if let Some(libc) = self.libc {
            // SAFETY: a text that is not freed.
            let status = unsafe { (libc.putenv)(text) };
            if status != 0 {
                return status;
            }
        }
        let entry = self.table.place(text);
        self.table.set(entry, text);
        match self.seen.iter_mut().find(|(_, kept)| *kept == Some(entry)) {
            Some((seen, _)) => *seen = text,
            None => self.seen.push((text, Some(entry))),
        }
        self.table.publish();
        0
    }

    /// Takes a variable out of the library's environment. The process's has it no more.
    pub(super) fn forget(&mut self, wanted: &[u8]) {
        // SAFETY: what an environment holds are texts that are not freed.
        let is_wanted = |text| unsafe { name(text) } == Some(wanted);
        self.seen.retain(|(text, _)| !is_wanted(*text));
        self.table.remove(|_, text| is_wanted(text));
    }

    /// Takes all out of the library's environment. The process's is empty.
    pub(super) fn forget_all(&mut self) {
        self.table.clear();
        self.seen.clear();
    }
}
