//! What `index.py` gave the library to call, and the names that it looks up.

use std::{ffi::CStr, mem::ManuallyDrop, ptr, sync::OnceLock};

use super::api::{Api, Object};
use crate::program::{Failure, metrics};

/// What the handlers need, set once by `install`.
pub(super) struct Installed {
    pub(super) parsed: Object,
    pub(super) headers: Object,
    fail: Object,
    pub(super) over: Object,
    pub(super) aws_request_id: Object,
    pub(super) deadline: Object,
    pub(super) remaining_time: Object,
    pub(super) invoked_function_arn: Object,
    pub(super) client_context: Object,
    pub(super) identity: Object,
    pub(super) cognito_identity_id: Object,
    pub(super) tenant_id: Object,
}

// SAFETY: the objects are only used under the interpreter's lock, and are never freed.
unsafe impl Send for Installed {}
// SAFETY: as above.
unsafe impl Sync for Installed {}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

impl Installed {
    /// What was installed, if `install` was called.
    pub(super) fn get() -> Option<&'static Self> {
        INSTALLED.get()
    }
}

/// Sets what the handlers call for what is rare, and the namespace of metrics.
///
/// # Safety
///
/// The objects are live.
pub(super) unsafe fn install(api: &Api, [parsed, headers, fail, over, namespace]: [Object; 5]) -> Object {
    // SAFETY: the caller holds it.
    match unsafe { api.text(namespace) } {
        "" => (),
        namespace => metrics::enable(namespace),
    }
    // SAFETY: the names are C strings.
    let name = |name: &CStr| unsafe { (api.intern)(name.as_ptr()) };
    let _ = INSTALLED.set(Installed {
        parsed: api.new_reference(parsed),
        headers: api.new_reference(headers),
        fail: api.new_reference(fail),
        over: api.new_reference(over),
        aws_request_id: name(c"aws_request_id"),
        deadline: name(c"_epoch_deadline_time_in_ms"),
        remaining_time: name(c"get_remaining_time_in_millis"),
        invoked_function_arn: name(c"invoked_function_arn"),
        client_context: name(c"client_context"),
        identity: name(c"identity"),
        cognito_identity_id: name(c"cognito_identity_id"),
        tenant_id: name(c"tenant_id"),
    });
    api.nothing()
}

impl Api {
    /// Raises a failure, by way of Python.
    pub(super) fn raise(&self, failure: Failure) -> Object {
        let mut failure = ManuallyDrop::new(failure);
        match INSTALLED.get() {
            Some(installed) => {
                let arguments = [self.new_text(&failure.error_type), self.new_text(&failure.message)];
                // It raises; what it returned if it does not is of no use.
                self.release(self.call_with(installed.fail, arguments));
            }
            // SAFETY: the exception is one of the interpreter's own.
            None => unsafe { (self.set_error)(*self.system_error, c"install() was not called".as_ptr()) },
        }
        // SAFETY: it is not used any more.
        unsafe { ManuallyDrop::drop(&mut failure) };
        ptr::null_mut()
    }

    /// `None`, or the raised failure.
    pub(super) fn done(&self, result: Result<(), Failure>) -> Object {
        match result {
            Ok(()) => self.nothing(),
            Err(failure) => self.raise(failure),
        }
    }
}
