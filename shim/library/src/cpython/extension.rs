//! The way in as an [extension module](https://docs.python.org/3.13/extending/building.html): `PyInit_NAME`, and methods of CPython's fastest
//! convention. The module is made by [single-phase initialization](https://docs.python.org/3.13/c-api/module.html#single-phase-initialization), since it has one interpreter.

use std::{ffi::c_void, ptr};

use super::{
    api::{Api, MethodDef, ModuleDef, Object, STABLE_ABI},
    calls, installed,
};
use crate::{environ::Environ, program::Function};

static METHODS: [MethodDef; 8] = [
    MethodDef::new(c"version", version),
    MethodDef::new(c"install", install),
    MethodDef::new(c"init", init),
    MethodDef::new(c"run", run),
    MethodDef::new(c"before_snapshot", before_snapshot),
    MethodDef::new(c"after_restore", after_restore),
    MethodDef::new(c"handler", handler),
    MethodDef::END,
];
static HANDLER: MethodDef = MethodDef::new(c"handler", invoke);

/// Implements `PyInit_NAME`.
///
/// # Safety
///
/// CPython calls it, in the course of an import.
pub unsafe fn init_module(functions: &'static [&'static Function], environ: &'static Environ) -> *mut c_void {
    let Some(api) = Api::get() else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held, which keeps Python code from the environment.
    if !unsafe { calls::attach(api, functions, environ) } {
        return ptr::null_mut();
    }
    // CPython keeps it for as long as the process lives.
    let definition: *mut ModuleDef = Box::leak(Box::new(ModuleDef::new(c"lambda_shim", &METHODS)));
    // SAFETY: the definition is one for this ABI, and lives on.
    unsafe { (api.create_module)(definition, STABLE_ABI) }
}

/// The interpreter, and the arguments of a method; `None`, with an error, if they are not so many.
///
/// # Safety
///
/// CPython passed these.
unsafe fn called<const N: usize>(arguments: *const Object, count: isize) -> Option<(&'static Api, [Object; N])> {
    let api = Api::get()?;
    if count != N.cast_signed() {
        api.type_error(c"wrong number of arguments");
        return None;
    }
    let mut copied = [ptr::null_mut(); N];
    // SAFETY: there are so many; where there are none, the pointer may be anything.
    unsafe { ptr::copy_nonoverlapping(if N == 0 { copied.as_ptr() } else { arguments }, copied.as_mut_ptr(), N) };
    Some((api, copied))
}

unsafe extern "C-unwind" fn version(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    api.new_number(calls::VERSION)
}

unsafe extern "C-unwind" fn install(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, arguments)) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the caller holds them.
    unsafe { installed::install(api, arguments) }
}

unsafe extern "C-unwind" fn init(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    calls::init(api, api.number(number).unwrap_or(-1))
}

unsafe extern "C-unwind" fn run(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    calls::run(api, api.number(number).unwrap_or(-1))
}

unsafe extern "C-unwind" fn before_snapshot(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    calls::before_snapshot(api)
}

unsafe extern "C-unwind" fn after_restore(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    calls::after_restore(api)
}

unsafe extern "C-unwind" fn handler(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    match calls::function(api.number(number).unwrap_or(-1)) {
        // The number is what the handler's calls get as `self`.
        // SAFETY: the definition is static, and the number a live object.
        Ok(_) => unsafe { (api.new_c_function)(&HANDLER, number, ptr::null_mut()) },
        Err(failure) => api.raise(failure),
    }
}

unsafe extern "C-unwind" fn invoke(number: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [event, context])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the caller holds them.
    unsafe { calls::invoke(api, api.number(number).unwrap_or(-1), event, context) }
}
