//! The arguments and the environment of a program of its own, as constructors are given them.

#![forbid(unsafe_code)]

use std::{
    env,
    ffi::{OsString, c_char},
    os::unix::ffi::OsStringExt,
    ptr,
};

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
pub(super) struct Arguments(&'static [*const c_char]);

// The auxiliary vector is made of pairs. One that is empty sends its readers to the system's.
const AUXILIARY_END: [*const c_char; 2] = [ptr::null(); 2];

impl Arguments {
    pub(super) fn new() -> Self {
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

    pub(super) fn argv(&self) -> *const *const c_char {
        self.0.as_ptr()
    }

    pub(super) fn envp(&self) -> *const *const c_char {
        self.0[2..].as_ptr()
    }
}
