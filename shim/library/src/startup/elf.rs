//! A loaded [ELF](https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html) object, and the array of its constructors.

use std::{
    ffi::{c_char, c_int, c_void},
    io::Error,
    mem::size_of,
    ptr, slice,
};

use crate::process::pages::{READ, WRITE, mprotect, page_size};

/// A function of `.init_array`, as glibc calls it.
pub type Constructor = unsafe extern "C" fn(c_int, *const *const c_char, *const *const c_char);

/// `Elf64_Phdr`.
#[repr(C)]
struct ProgramHeader {
    kind: u32,
    flags: u32,
    offset: u64,
    address: usize,
    physical: u64,
    file_size: u64,
    size: usize,
    alignment: u64,
}

const LOAD: u32 = 1;
const DYNAMIC: u32 = 2;
const RELRO: u32 = 0x6474_e552;

/// `Elf64_Dyn`.
#[repr(C)]
struct DynamicEntry {
    tag: i64,
    value: usize,
}

const END: i64 = 0;
const INIT_ARRAY: i64 = 25;
const INIT_ARRAY_SIZE: i64 = 27;

/// The start of `dl_phdr_info`.
#[repr(C)]
struct ObjectInfo {
    base: usize,
    name: *const c_char,
    headers: *const ProgramHeader,
    count: u16,
}

unsafe extern "C" {
    fn dl_iterate_phdr(
        callback: unsafe extern "C" fn(*const ObjectInfo, usize, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// A library or program that is loaded.
pub(super) struct LoadedObject {
    base: usize,
    headers: &'static [ProgramHeader],
}

impl LoadedObject {
    /// The one that an address lies in.
    pub(super) fn find(address: usize) -> Option<Self> {
        struct Search(usize, Option<LoadedObject>);

        unsafe extern "C" fn look(info: *const ObjectInfo, _: usize, search: *mut c_void) -> c_int {
            // SAFETY: what `find` passed, and what glibc describes an object with. The headers are a part of the object, which is not
            // unloaded: it is the one that this code is in, or passed over.
            let (search, info, headers) = unsafe {
                let info = &*info;
                let headers = slice::from_raw_parts(info.headers, usize::from(info.count));
                (&mut *search.cast::<Search>(), info, headers)
            };
            let object = LoadedObject {
                base: info.base,
                headers,
            };
            if !object
                .of_kind(LOAD)
                .any(|(start, size)| (start..start + size).contains(&search.0))
            {
                return 0;
            }
            search.1 = Some(object);
            1
        }

        let mut search = Search(address, None);
        // SAFETY: the callback is given this data.
        unsafe { dl_iterate_phdr(look, ptr::from_mut(&mut search).cast()) };
        search.1
    }

    /// Where parts of a kind lie, and how large they are.
    fn of_kind(&self, kind: u32) -> impl Iterator<Item = (usize, usize)> {
        let of_kind = self.headers.iter().filter(move |header| header.kind == kind);
        of_kind.map(|header| (self.base.wrapping_add(header.address), header.size))
    }

    /// The value of an entry of the dynamic section.
    fn dynamic(&self, tag: i64) -> Option<usize> {
        let (start, _) = self.of_kind(DYNAMIC).next()?;
        let mut entry = ptr::with_exposed_provenance::<DynamicEntry>(start);
        loop {
            // SAFETY: the section's entries end with one of this tag.
            let found = unsafe { &*entry };
            if found.tag == tag {
                return Some(found.value);
            }
            if found.tag == END {
                return None;
            }
            // SAFETY: this one was not the last.
            entry = unsafe { entry.add(1) };
        }
    }

    /// Takes out the constructors behind `this` one.
    ///
    /// # Safety
    ///
    /// `this` is in the object's array of constructors, whose functions glibc is calling, on this thread.
    pub(super) unsafe fn take_constructors(&self, this: *const Constructor) -> Result<Vec<Constructor>, String> {
        let (Some(start), Some(size)) = (self.dynamic(INIT_ARRAY), self.dynamic(INIT_ARRAY_SIZE)) else {
            return Err("the library has no array of constructors".to_owned());
        };
        let array = self.base.wrapping_add(start);
        let first = this.addr() + size_of::<Constructor>();
        let end = array + size;
        if this.addr() < array || first > end {
            return Err("the library's first constructor is not in its array".to_owned());
        }
        let count = (end - first) / size_of::<Constructor>();
        let taken = ptr::with_exposed_provenance_mut::<Constructor>(first);
        // SAFETY: from `first` to `end` there are so many, which the linker put there.
        let constructors = unsafe { slice::from_raw_parts(taken, count) }.to_vec();
        let protected = self.protected();
        let is_protected = protected.is_some_and(|(start, length)| start < end && first < start + length);
        let protect = |protection| match protected {
            Some((start, length)) if is_protected => {
                // SAFETY: the pages are the library's, and hold data that is constant from here on, but for what is written below.
                match unsafe { mprotect(ptr::with_exposed_provenance_mut(start), length, protection) } {
                    0 => Ok(()),
                    _ => Err(format!(
                        "the library's constructors can't be changed: {}",
                        Error::last_os_error()
                    )),
                }
            }
            _ => Ok(()),
        };
        protect(READ | WRITE)?;
        for index in 0..count {
            // SAFETY: within the array, which can be written to now. Only glibc reads it, for each function that it calls.
            unsafe { taken.add(index).write_volatile(nothing) };
        }
        protect(READ)?;
        Ok(constructors)
    }

    /// The pages that glibc made read-only after it had relocated the object.
    fn protected(&self) -> Option<(usize, usize)> {
        let (start, size) = self.of_kind(RELRO).next()?;
        let page = page_size();
        // As glibc rounds them.
        let (start, end) = (start & !(page - 1), (start + size) & !(page - 1));
        (start < end).then_some((start, end - start))
    }
}

/// What stands in the array for a constructor that was called already.
unsafe extern "C" fn nothing(_: c_int, _: *const *const c_char, _: *const *const c_char) {}
