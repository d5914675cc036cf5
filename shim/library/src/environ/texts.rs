//! The texts of the variables that the library set: the last of each are kept, and older ones are written over.

#![forbid(unsafe_code)]

use std::{
    ffi::c_char,
    sync::atomic::{AtomicU8, Ordering},
};

/// How many texts that the library set for a variable stay as they are. POSIX lets a pointer that
/// [`getenv`](https://pubs.opengroup.org/onlinepubs/9799919799/functions/getenv.html) returned go with the next call of `setenv`; glibc's
/// stays for good, for which it keeps each text that ever was.
pub(super) const KEPT: usize = 16;

/// What the library set.
pub(super) struct OwnTexts(Vec<Texts>);

impl OwnTexts {
    pub(super) const NONE: Self = Self(Vec::new());

    /// Writes `NAME=VALUE` in place of the variable's oldest text; with the number that [`OwnTexts::keep`] takes.
    pub(super) fn write(&mut self, name: &[u8], value: &[u8]) -> (*mut c_char, usize) {
        let index = self.0.iter().position(|texts| *texts.name == *name);
        let index = index.unwrap_or_else(|| {
            self.0.push(Texts::new(name));
            self.0.len() - 1
        });
        (self.0[index].write(value), index)
    }

    /// Keeps what was written last for a variable: the next text of it goes elsewhere.
    pub(super) fn keep(&mut self, index: usize) {
        let texts = &mut self.0[index];
        texts.next = (texts.next + 1) % KEPT;
    }
}

/// The texts that the library last set for one variable.
struct Texts {
    name: Box<[u8]>,
    texts: [&'static [AtomicU8]; KEPT],
    /// The one that is written next.
    next: usize,
}

impl Texts {
    fn new(name: &[u8]) -> Self {
        Self {
            name: name.into(),
            texts: [&[]; KEPT],
            next: 0,
        }
    }

    /// Writes `NAME=VALUE` in place of the oldest text.
    ///
    /// Whoever still reads that one meets bytes of both, and an end: the place's last byte is always zero.
    fn write(&mut self, value: &[u8]) -> *mut c_char {
        let text = || self.name.iter().chain(b"=").chain(value).chain(b"\0");
        let length = text().count();
        let place = &mut self.texts[self.next];
        if place.len() < length {
            // What it replaces is kept for its readers; all of those together are no larger than the last.
            let mut bytes = Vec::new();
            bytes.resize_with(length.next_power_of_two().max(64), AtomicU8::default);
            *place = Box::leak(bytes.into_boxed_slice());
        }
        for (to, from) in place.iter().zip(text()) {
            to.store(*from, Ordering::Relaxed);
        }
        place.as_ptr().cast_mut().cast()
    }
}
