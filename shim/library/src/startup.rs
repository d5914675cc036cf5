//! What the library is given as it is loaded: the arguments of a program of its own, and the environment.
//!
//! glibc calls the functions in a library's `.init_array` with the arguments and the environment of the process, which are Python's.
//! Rust's standard library keeps those for `std::env::args` there, and C code may. So [`export!`](crate::export) puts a function
//! before all others that gives the library its environment and then calls the rest of the array itself, with what a program of its
//! own would be given: its name alone. In the array it leaves functions that do nothing, for glibc to call.

mod arguments;
mod elf;

use std::env;

pub use self::elf::Constructor;
use self::{arguments::Arguments, elf::LoadedObject};
use crate::environ::{self, Environ};

/// Goes before all other constructors of the library.
///
/// # Safety
///
/// glibc calls it in the course of loading the library, through `this`, which lies in the library's `.init_array`. Nobody but this
/// module's functions changes the process's environment during the call: what imports the library holds the interpreter's lock.
pub unsafe fn start(this: *const Constructor, environ: &'static Environ) {
    // Before anything takes memory, as an allocator may read its settings then.
    // SAFETY: the caller's promise.
    unsafe { environ::attach(environ) };
    let Some(object) = LoadedObject::find(this.addr()) else {
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
