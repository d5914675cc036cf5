//! What the library is told as it is loaded: the arguments of a program of its own, and the environment.
//!
//! glibc calls the functions in a library's `.init_array` with the arguments and the environment of the process, which are Python's.
//! Rust's standard library keeps those for `std::env::args` there, and C code may. So [`export!`](crate::export) puts a function
//! before all others that gives the library its environment and then calls the rest of the array itself, with what a program of its
//! own would be given: its name alone. In the array it leaves functions that do nothing, for glibc to call.

use std::{
    env,
    ffi::{OsString, c_char, c_int, c_void},
    io::Error,
    mem::size_of,
    os::unix::ffi::OsStringExt,
    ptr, slice,
};

use crate::environment::{self, Table};

/// A function of `.init_array`, as glibc calls it.
pub type Constructor = unsafe extern "C" fn(c_int, *const *const c_char, *const *const c_char);

/// Goes before all other constructors of the library.
///
/// # Safety
///
/// glibc calls it in the course of loading the library, through `this`, which lies in the library's `.init_array`. Nobody but this
/// module's functions changes the process's environment during the call: what imports the library holds the interpreter's lock.
pub unsafe fn start(this: *const Constructor, environ: &'static Table) {
    // Before anything takes memory, as an allocator may read its settings then.
    // SAFETY: the caller's promise.
    unsafe { environment::attach(environ) };
    let Some(object) = Object::find(this.addr()) else {
        eprintln!("rules_rust_lambda: the library's constructors were not found: the program's arguments are Python's");
        return;
    };
    // SAFETY: the array is the library's own, and glibc, which reads it, is waiting for this function.
    match unsafe { object.take_constructors(this) } {
        Ok(constructors) => {
            let arguments = Arguments::new();
            for constructor in constructors {
                // SAFETY: glibc would call it next. Arguments and environment are as a new process has them, and stay.
                unsafe { constructor(1, arguments.argv(), arguments.envp()) };
            }
            if env::args_os().len() != 1 {
                eprintln!(
                    "rules_rust_lambda: Rust's standard library has the arguments from elsewhere: they are Python's"
                );
            }
        }
        Err(error) => eprintln!("rules_rust_lambda: {error}: the program's arguments are Python's"),
    }
}

/// The name that the OS-only runtime starts a program under.
fn program_name() -> Vec<u8> {
    let mut name = env::var_os("LAMBDA_TASK_ROOT").map_or_else(Vec::new, OsString::into_vec);
    if !name.is_empty() {
        name.push(b'/');
    }
    name.extend_from_slice(b"bootstrap");
    name
}

/// What the kernel lays out for a new process: the arguments, the environment, and the auxiliary vector, each with its end. It stays.
struct Arguments(&'static [*const c_char]);

// The auxiliary vector is made of pairs. One that is empty sends its readers to the system's.
const AUXILIARY_END: [*const c_char; 2] = [ptr::null(); 2];

impl Arguments {
    fn new() -> Self {
        let kept = |mut text: Vec<u8>| {
            text.push(0);
            Box::leak(text.into_boxed_slice()).as_ptr().cast::<c_char>()
        };
        let mut layout = vec![kept(program_name()), ptr::null()];
        layout.extend(env::vars_os().map(|(name, value)| {
            let mut entry = name.into_vec();
            entry.push(b'=');
            entry.append(&mut value.into_vec());
            kept(entry)
        }));
        layout.push(ptr::null());
        layout.extend(AUXILIARY_END);
        Self(Box::leak(layout.into_boxed_slice()))
    }

    fn argv(&self) -> *const *const c_char {
        self.0.as_ptr()
    }

    fn envp(&self) -> *const *const c_char {
        self.0[2..].as_ptr()
    }
}

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
    fn getpagesize() -> c_int;
    fn mprotect(start: *mut c_void, length: usize, protection: c_int) -> c_int;
}

const READ: c_int = 1;
const WRITE: c_int = 2;

/// A library or program that is loaded.
struct Object {
    base: usize,
    headers: &'static [ProgramHeader],
}

impl Object {
    /// The one that an address lies in.
    fn find(address: usize) -> Option<Self> {
        struct Search(usize, Option<Object>);

        unsafe extern "C" fn look(info: *const ObjectInfo, _: usize, search: *mut c_void) -> c_int {
            // SAFETY: what `find` passed, and what glibc describes an object with. The headers are a part of the object, which is not
            // unloaded: it is the one that this code is in, or passed over.
            let (search, info, headers) = unsafe {
                let info = &*info;
                let headers = slice::from_raw_parts(info.headers, usize::from(info.count));
                (&mut *search.cast::<Search>(), info, headers)
            };
            let object = Object {
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
    unsafe fn take_constructors(&self, this: *const Constructor) -> Result<Vec<Constructor>, String> {
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
        // SAFETY: it has no requirements.
        let page = usize::try_from(unsafe { getpagesize() }).ok()?;
        // As glibc rounds them.
        let (start, end) = (start & !(page - 1), (start + size) & !(page - 1));
        (start < end).then_some((start, end - start))
    }
}

/// What stands in the array for a constructor that was called already.
unsafe extern "C" fn nothing(_: c_int, _: *const *const c_char, _: *const *const c_char) {}

/// Defines the library's first constructor.
#[doc(hidden)]
#[macro_export]
macro_rules! export_startup {
    () => {
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        #[used]
        #[unsafe(link_section = ".init_array.00000")]
        static LAMBDA_SHIM_START: $crate::startup::Constructor = {
            unsafe extern "C" fn start(
                _: ::core::ffi::c_int,
                _: *const *const ::core::ffi::c_char,
                _: *const *const ::core::ffi::c_char,
            ) {
                // SAFETY: glibc calls it through this entry, as the library is loaded for an import.
                unsafe { $crate::startup::start(&raw const LAMBDA_SHIM_START, &environ) }
            }
            start
        };
    };
}
