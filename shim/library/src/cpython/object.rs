//! What is done with Python's objects, over the functions of the stable ABI.
//!
//! Who holds a reference gives it back: [who that is](https://docs.python.org/3.13/c-api/intro.html#reference-count-details) says each function of CPython.
//! All of this is called under the [interpreter's lock](https://docs.python.org/3.13/c-api/init.html#thread-state-and-the-global-interpreter-lock).

use std::{
    ffi::{CStr, c_long},
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr, slice,
};

use super::api::{Api, Object};
use crate::program::Failure;

impl Api {
    /// Whether the interpreter has [no lock](https://docs.python.org/3.13/howto/free-threading-extensions.html), and objects of another layout.
    pub(super) fn is_free_threaded(&self) -> bool {
        // SAFETY: the lock is held, or there is none. The result is borrowed; null where there are no flags.
        let flags = unsafe { (self.sys_object)(c"abiflags".as_ptr()) };
        // SAFETY: a live object: the module `sys` holds it.
        !flags.is_null() && unsafe { self.text(flags) }.contains('t')
    }

    /// Gives a reference back, unless it is null.
    pub(super) fn release(&self, object: Object) {
        if !object.is_null() {
            // SAFETY: an owned reference, says the caller, who has it no more; the lock is held.
            unsafe { (self.dec_ref)(object) }
        }
    }

    /// An owned reference to an attribute; null, without an error, where there is none or it is Python's `None`.
    pub(super) fn attribute(&self, object: Object, name: Object) -> Object {
        // SAFETY: both are live objects.
        let found = unsafe { (self.get_attribute)(object, name) };
        if found.is_null() {
            // SAFETY: the lock is held.
            unsafe { (self.clear_error)() };
        } else if found == self.none {
            self.release(found);
            return ptr::null_mut();
        }
        found
    }

    /// The text of a `str`; empty for anything else, and for null.
    ///
    /// # Safety
    ///
    /// The object outlives the text.
    pub(super) unsafe fn text<'a>(&self, object: Object) -> &'a str {
        if object.is_null() {
            return "";
        }
        let mut length = 0;
        // SAFETY: a live object, and a place for the length.
        let data = unsafe { (self.text_data)(object, &mut length) };
        if data.is_null() {
            // SAFETY: the lock is held.
            unsafe { (self.clear_error)() };
            return "";
        }
        // SAFETY: CPython keeps the UTF-8 form, of this length, with the object.
        unsafe { std::str::from_utf8_unchecked(slice::from_raw_parts(data, length.unsigned_abs())) }
    }

    /// The number of an `int`; `None` for anything else, and for what does not fit.
    pub(super) fn number(&self, object: Object) -> Option<c_long> {
        if object.is_null() {
            return None;
        }
        // SAFETY: a live object; anything but a number gives -1 and an error.
        let number = unsafe { (self.to_long)(object) };
        // SAFETY: the lock is held. The error is borrowed.
        if number == -1 && unsafe { !(self.error)().is_null() } {
            // SAFETY: as above.
            unsafe { (self.clear_error)() };
            return None;
        }
        Some(number)
    }

    /// An `int`.
    pub(super) fn new_number(&self, number: c_long) -> Object {
        // SAFETY: any number will do.
        unsafe { (self.new_long)(number) }
    }

    /// A `str`; what is not UTF-8 in it is replaced.
    pub(super) fn new_text(&self, text: &str) -> Object {
        // SAFETY: the parts are a slice's.
        unsafe { (self.decode)(text.as_ptr(), text.len().cast_signed(), c"replace".as_ptr()) }
    }

    /// Calls a function with arguments, of which this takes ownership.
    pub(super) fn call_with<const N: usize>(&self, function: Object, arguments: [Object; N]) -> Object {
        // SAFETY: a new tuple is filled with owned references, null ones excepted, which end the call.
        unsafe {
            let tuple = (self.new_tuple)(N.cast_signed());
            if tuple.is_null() {
                return ptr::null_mut();
            }
            let mut index = 0;
            while index < N {
                if arguments[index].is_null() || (self.set_item)(tuple, index.cast_signed(), arguments[index]) != 0 {
                    self.release(tuple);
                    return ptr::null_mut();
                }
                index += 1;
            }
            let result = (self.call)(function, tuple);
            self.release(tuple);
            result
        }
    }

    /// An owned reference to an object that somebody else holds, too.
    pub(super) fn new_reference(&self, object: Object) -> Object {
        // SAFETY: a live object.
        unsafe { (self.inc_ref)(object) };
        object
    }

    /// Python's `None`, as a result.
    pub(super) fn nothing(&self) -> Object {
        self.new_reference(self.none)
    }

    /// Raises `TypeError`.
    pub(super) fn type_error(&self, message: &CStr) -> Object {
        // SAFETY: the exception is one of the interpreter's own.
        unsafe { (self.set_error)(*self.type_error, message.as_ptr()) };
        ptr::null_mut()
    }

    /// Does work without the interpreter's lock, as other threads of Python's may run meanwhile. A panic becomes a failure.
    pub(super) fn unlocked<T>(&self, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        // SAFETY: the lock is held.
        let state = unsafe { (self.release_lock)() };
        let result = ManuallyDrop::new(caught(work));
        // SAFETY: the state is the one that this thread gave up. Where the thread is ended instead, this frame has nothing to drop.
        unsafe { (self.take_lock)(state) };
        ManuallyDrop::into_inner(result)
    }
}

/// Does what may panic, in a frame of its own: one that catches has a personality, which an end of the thread would call, were it the caller's.
#[inline(never)]
fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}
