//! The table that the library's `environ` leads to. Its readers meet no lock.

use std::{
    ffi::{CStr, c_char},
    ptr,
    sync::atomic::{AtomicPtr, Ordering},
};

/// An entry of the table: a pointer to a text `NAME=VALUE`, null at the table's end.
pub type Entry = AtomicPtr<c_char>;
/// What `environ` is: the address of the first entry.
pub type Environ = AtomicPtr<Entry>;

/// The text that a variable which was taken out leaves behind; no name is empty.
static REMOVED: &CStr = c"";

fn is_removed(entry: &Entry) -> bool {
    ptr::eq(entry.load(Ordering::Relaxed), REMOVED.as_ptr())
}

/// The table, for those who write to it.
pub(super) struct Table {
    /// The library's `environ`.
    environ: Option<&'static Environ>,
    /// The null ones at the end included.
    entries: &'static [Entry],
}

impl Table {
    pub(super) const EMPTY: Self = Self {
        environ: None,
        entries: &[],
    };

    /// The library's `environ`, once there is one.
    pub(super) fn environ(&self) -> Option<&'static Environ> {
        self.environ
    }

    /// Takes the library's `environ`, which leads to `first` until the table is published; does nothing where there is one.
    pub(super) fn attach(&mut self, environ: &'static Environ, first: *mut Entry) {
        if self.environ.is_none() {
            self.environ = Some(environ);
            environ.store(first, Ordering::Release);
        }
    }

    /// Has `environ` lead to the table.
    pub(super) fn publish(&self) {
        if let Some(environ) = self.environ {
            environ.store(self.entries.as_ptr().cast_mut(), Ordering::Release);
        }
    }

    /// Has room for so many variables, and the table's end.
    pub(super) fn reserve(&mut self, count: usize) {
        if self.entries.len() <= count {
            self.entries = self.larger(count);
        }
    }

    /// How many entries come before the table's end.
    pub(super) fn used(&self) -> usize {
        let end = self
            .entries
            .iter()
            .position(|entry| entry.load(Ordering::Relaxed).is_null());
        end.unwrap_or(self.entries.len())
    }

    /// The index for a variable: its own, or one that is free.
    pub(super) fn place(&self, text: *mut c_char) -> usize {
        // SAFETY: the caller's is a text that is not freed.
        let wanted = unsafe { name(text) }.unwrap_or_default();
        // SAFETY: entries are texts that are not freed.
        let is_wanted = |entry: &Entry| unsafe { name(entry.load(Ordering::Relaxed)) == Some(wanted) };
        let used = self.used();
        let own = self.entries[..used].iter().position(is_wanted);
        own.or_else(|| self.entries[..used].iter().position(is_removed))
            .unwrap_or(used)
    }

    /// Sets an entry, for which there need not be room yet. One beyond the end has to be published.
    pub(super) fn set(&mut self, index: usize, text: *mut c_char) {
        // The last entry stays null.
        if index + 1 >= self.entries.len() {
            self.entries = self.larger(index);
        }
        self.entries[index].store(text, Ordering::Release);
    }

    /// Takes out what `is_unwanted` holds for, by index and text.
    pub(super) fn remove(&self, is_unwanted: impl Fn(usize, *mut c_char) -> bool) {
        for (index, entry) in self.entries[..self.used()].iter().enumerate() {
            if is_unwanted(index, entry.load(Ordering::Relaxed)) {
                entry.store(REMOVED.as_ptr().cast_mut(), Ordering::Release);
            }
        }
        self.trim();
    }

    /// Takes out all, with `environ` null, as glibc's `clearenv` leaves it.
    pub(super) fn clear(&self) {
        if let Some(environ) = self.environ {
            environ.store(ptr::null_mut(), Ordering::Release);
        }
        for entry in self.entries.iter().rev() {
            entry.store(ptr::null_mut(), Ordering::Release);
        }
    }

    /// Takes empty texts from the table's end. Who reads them meets its end one entry later.
    fn trim(&self) {
        for entry in self.entries[..self.used()].iter().rev() {
            if !is_removed(entry) {
                break;
            }
            entry.store(ptr::null_mut(), Ordering::Release);
        }
    }

    /// A copy of the table with room for more entries than `least`. The old one stays for those who are reading it; all that ever were
    /// are no larger together than this one.
    fn larger(&self, least: usize) -> &'static [Entry] {
        let size = (2 * self.entries.len()).max(128).max((least + 2).next_power_of_two());
        let old = self.entries.iter().map(|entry| entry.load(Ordering::Relaxed));
        let mut entries: Vec<Entry> = old.map(AtomicPtr::new).collect();
        entries.resize_with(size, AtomicPtr::default);
        Box::leak(entries.into_boxed_slice())
    }
}

/// The name in `NAME=VALUE`; `None` where there is none.
///
/// # Safety
///
/// `text` is null, or a text that is not freed.
pub(super) unsafe fn name<'a>(text: *mut c_char) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let text = unsafe { CStr::from_ptr(text) }.to_bytes();
    // A name may begin with the sign.
    let end = text.iter().skip(1).position(|byte| *byte == b'=')? + 1;
    Some(&text[..end])
}
