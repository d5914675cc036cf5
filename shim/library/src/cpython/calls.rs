//! What Python calls the library for, whichever way it comes in.
//!
//! All of it is called under the interpreter's lock, and returns an owned reference; null, with an exception set, for what failed.

use std::{ffi::c_long, mem::ManuallyDrop, process, ptr, slice, sync::OnceLock, time::Instant};

use lambda_snapstart::HookError;

use super::{
    api::{Api, Object},
    context::Headers,
    installed::Installed,
};
use crate::{
    environ::{self, Environ},
    process::allocator,
    program::{Failure, Function, Invocation, metrics},
};

/// The version of the interface; a change that an older `index.py` would misread increases it.
pub const VERSION: c_long = 4;

static FUNCTIONS: OnceLock<&'static [&'static Function]> = OnceLock::new();

/// Makes the library part of the interpreter's process; false, with an exception set, where it can't be.
///
/// # Safety
///
/// The interpreter's lock is held, and no thread changes the process's environment meanwhile.
pub(super) unsafe fn attach(api: &Api, functions: &'static [&'static Function], environ: &'static Environ) -> bool {
    if api.is_free_threaded() {
        // SAFETY: the exception is one of the interpreter's own.
        unsafe {
            (api.set_error)(
                *api.import_error,
                c"this library is for a Python with a global interpreter lock, and this one is a free-threaded build: \
                  run it under Lambda's own Python, or another that is not"
                    .as_ptr(),
            );
        }
        return false;
    }
    if FUNCTIONS.set(functions).is_ok() {
        // SAFETY: the caller's promise.
        unsafe { environ::attach(environ) };
        for function in functions {
            function.hold_around_forks();
        }
        allocator::keep_memory();
    }
    true
}

/// Runs a function's program up to where it waits for its first event. The process is the function's own from then on.
pub(super) fn init(api: &Api, number: c_long) -> Object {
    // SAFETY: the interpreter's lock is held.
    unsafe { environ::follow() };
    match function(number) {
        Ok(function) => {
            function.own_process();
            api.done(api.unlocked(|| {
                let started = Instant::now();
                let initialized = function.initialize();
                metrics::initialized(started);
                initialized
            }))
        }
        Err(failure) => api.raise(failure),
    }
}

/// Has a program's own event loop take the process over.
pub(super) fn run(api: &Api, number: c_long) -> Object {
    // SAFETY: the interpreter's lock is held.
    unsafe { environ::follow() };
    match function(number) {
        // Without the lock for good: Python's other threads, if any, go on.
        Ok(function) => api.done(api.unlocked(|| function.run().map(|exit| process::exit(exit.status.into())))),
        Err(failure) => api.raise(failure),
    }
}

/// Runs what the programs have to do [before a snapshot is taken](https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html).
pub(super) fn before_snapshot(api: &Api) -> Object {
    hook(api, |_| Ok(lambda_snapstart::run_before_snapshot()?))
}

/// Runs what they have to do after the process was restored from it.
pub(super) fn after_restore(api: &Api) -> Object {
    hook(api, |functions| {
        lambda_snapstart::run_after_restore()?;
        functions.iter().try_for_each(|function| function.restore())
    })
}

fn hook(api: &Api, work: fn(&'static [&'static Function]) -> Result<(), Failure>) -> Object {
    // SAFETY: the interpreter's lock is held.
    unsafe { environ::follow() };
    api.done(api.unlocked(|| work(FUNCTIONS.get().copied().unwrap_or_default())))
}

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        Self::new(error.error_type, error.message)
    }
}

/// Hands an event to a function.
///
/// # Safety
///
/// The objects are live, for the time of the call.
pub(super) unsafe fn invoke(api: &Api, number: c_long, event: Object, context: Object) -> Object {
    let Some(installed) = Installed::get() else {
        return api.raise(Failure::misuse("not installed"));
    };
    let (mut data, mut length) = (ptr::null(), 0);
    // SAFETY: a live object, and places for its parts.
    if unsafe { (api.bytes_data)(event, &mut data, &mut length) } != 0 {
        // SAFETY: the lock is held.
        unsafe { (api.clear_error)() };
        let arguments = [
            api.new_number(number),
            api.new_reference(event),
            api.new_reference(context),
        ];
        return api.call_with(installed.parsed, arguments);
    }
    // SAFETY: bytes do not change, and the caller holds them for the time of the call.
    let event = unsafe { slice::from_raw_parts(data, length.unsigned_abs()) };
    let function = match function(number) {
        Ok(function) => function,
        Err(failure) => return api.raise(failure),
    };
    let Some(context) = Headers::read(api, installed, context) else {
        // Python code raised.
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environ::follow() };
    // The lock is still held: what is copied here is what Python has set.
    let trace_id = ManuallyDrop::new(trace_id());
    let outcome = api.unlocked(|| {
        let trace_id = ManuallyDrop::into_inner(trace_id);
        let deadline = context.deadline.to_string();
        let invocation = Invocation {
            event,
            request_id: context.request_id.1,
            deadline_ms: &deadline,
            invoked_function_arn: context.invoked_function_arn.1,
            trace_id: &trace_id,
            client_context: context.client_context.1,
            cognito_identity: context.cognito_identity.1,
            tenant_id: context.tenant_id.1,
        };
        metrics::measured(invocation.request_id, event, || function.invoke(&invocation))
    });
    let response = match outcome {
        Ok(body) => {
            let mut body = ManuallyDrop::new(body);
            // SAFETY: the parts are a slice's.
            let response = unsafe { (api.new_bytes)(body.as_ptr(), body.len().cast_signed()) };
            // SAFETY: it is not used any more.
            unsafe { ManuallyDrop::drop(&mut body) };
            response
        }
        Err(failure) => api.raise(failure),
    };
    if function.is_over() && !response.is_null() {
        let none = api.call_with(installed.over, [api.new_number(number)]);
        if none.is_null() {
            // SAFETY: the lock is held. The next call ends the process, then.
            unsafe { (api.clear_error)() };
        }
        api.release(none);
    }
    context.release(api);
    response
}

/// The function of a number, in the order of [`export!`](crate::export).
pub(super) fn function(number: c_long) -> Result<&'static Function, Failure> {
    let functions = FUNCTIONS.get().copied().unwrap_or_default();
    match usize::try_from(number).ok().and_then(|number| functions.get(number)) {
        Some(function) => Ok(function),
        None => Err(unknown(number, functions.len())),
    }
}

#[cold]
#[inline(never)]
fn unknown(number: c_long, functions: usize) -> Failure {
    Failure::misuse(format!(
        "function number {number} was called in a library of {functions}"
    ))
}

/// The trace id of the invocation, which Lambda's client has in the environment.
///
/// Read without std's lock: in a forked child, a thread of the parent's may hold that for ever.
#[inline(never)]
fn trace_id() -> String {
    environ::value(c"_X_AMZN_TRACE_ID").unwrap_or_default()
}
