//! The library as an extension module of CPython: how `index.py` calls it.
//!
//! A call of a handler is one call of a C function, which reads the event's bytes where they lie. Importing `ctypes` and
//! preparing its calls would cost more than all that this module does.
//!
//! What Python sees (`Function` is the number of a function in the order of [`export!`](crate::export)):
//!
//! ```text
//! def install(parsed, headers, fail, metrics: str) -> int
//!     Sets what the handlers call for what is rare, and the namespace of metrics (none if it is empty), and returns the
//!     version of this interface:
//!     parsed(function: int, event: object, context: object) -> object     an event that is not bytes
//!     headers(context: object) -> tuple[str, str]                         client context and identity, as JSON
//!     fail(error_type: str, message: str) -> NoReturn                     raises a failure
//! def init(function: int) -> None
//!     Runs a function's program up to the point where it waits for its first event.
//! def run(function: int) -> NoReturn
//!     Has the program's own event loop take the process over; ends the process when that one's `main` ends.
//! def before_snapshot() -> None
//!     Runs what the programs have to do before a snapshot is taken.
//! def after_restore() -> None
//!     Runs what they have to do after the process was restored from it.
//! def handler(function: int) -> Callable[[bytes, object], bytes]
//!     A handler for Lambda's runtime client.
//! ```

mod api;

use std::{
    env,
    ffi::{CStr, c_long, c_void},
    panic::{AssertUnwindSafe, catch_unwind},
    process, ptr, slice,
    sync::OnceLock,
    time::Instant,
};

use lambda_snapstart::HookError;

use self::api::{Api, MethodDef, ModuleDef, Object, STABLE_ABI};
use crate::{
    Failure, Function, Invocation, Outcome, allocator,
    environment::{self, Table},
    metrics,
};

/// The version of the interface; a change that an older `index.py` would misread increases it.
const VERSION: c_long = 2;

/// What the handlers need, set once by `install`.
struct Installed {
    parsed: Object,
    headers: Object,
    fail: Object,
    aws_request_id: Object,
    deadline: Object,
    invoked_function_arn: Object,
    client_context: Object,
    identity: Object,
    cognito_identity_id: Object,
    tenant_id: Object,
}

// SAFETY: the objects are only used under the interpreter's lock, and are never freed.
unsafe impl Send for Installed {}
// SAFETY: as above.
unsafe impl Sync for Installed {}

static FUNCTIONS: OnceLock<&'static [&'static Function]> = OnceLock::new();
static INSTALLED: OnceLock<Installed> = OnceLock::new();

static METHODS: [MethodDef; 7] = [
    MethodDef::new(c"install", install, c"Sets what the handlers call for what is rare."),
    MethodDef::new(c"init", init, c"Runs a function's program up to its first event."),
    MethodDef::new(c"run", run, c"Has a program's own event loop take the process over."),
    MethodDef::new(
        c"before_snapshot",
        before_snapshot,
        c"Runs hooks before a snapshot is taken.",
    ),
    MethodDef::new(c"after_restore", after_restore, c"Runs hooks after a restore."),
    MethodDef::new(c"handler", handler, c"A handler for Lambda's runtime client."),
    MethodDef::END,
];
static HANDLER: MethodDef = MethodDef::new(c"handler", invoke, c"Hands an event to a Rust function.");

/// Implements `PyInit_NAME`.
///
/// # Safety
///
/// CPython calls it, in the course of an import.
pub unsafe fn init_module(functions: &'static [&'static Function], environ: &'static Table) -> *mut c_void {
    let Some(api) = Api::get() else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::attach(environ) };
    let _ = FUNCTIONS.set(functions);
    allocator::keep_memory();
    // CPython keeps it for as long as the process lives.
    let definition = Box::leak(Box::new(ModuleDef::new(c"lambda_shim", &METHODS)));
    // SAFETY: the definition is one for this ABI, and lives on.
    unsafe { (api.create_module)(definition, STABLE_ABI) }
}

/// An owned reference, given back when it goes.
struct Owned<'a>(&'a Api, Object);

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        // SAFETY: it is an owned, non-null reference (see `owned`), and the lock is held where these live.
        unsafe { (self.0.dec_ref)(self.1) }
    }
}

impl Api {
    fn owned(&self, object: Object) -> Option<Owned<'_>> {
        (!object.is_null()).then(|| Owned(self, object))
    }

    /// An attribute; `None`, without an error, where there is none or it is Python's `None`.
    fn attribute(&self, object: Object, name: Object) -> Option<Owned<'_>> {
        // SAFETY: both are live objects.
        match self.owned(unsafe { (self.get_attribute)(object, name) }) {
            Some(found) => (found.1 != self.none).then_some(found),
            None => {
                // SAFETY: the lock is held.
                unsafe { (self.clear_error)() };
                None
            }
        }
    }

    /// The text of a `str`, which lives as long as the object; empty for anything else.
    fn text<'a>(&self, object: &'a Option<Owned<'_>>) -> &'a str {
        let Some(Owned(_, object)) = object else { return "" };
        let mut length = 0;
        // SAFETY: a live object, and a place for the length.
        let data = unsafe { (self.text_data)(*object, &mut length) };
        if data.is_null() {
            // SAFETY: the lock is held.
            unsafe { (self.clear_error)() };
            return "";
        }
        // SAFETY: CPython keeps the UTF-8 form, of this length, with the object.
        unsafe { std::str::from_utf8_unchecked(slice::from_raw_parts(data, length.unsigned_abs())) }
    }

    /// A `str`; what is not UTF-8 in it is replaced.
    fn new_text(&self, text: &str) -> Object {
        // SAFETY: the parts are a slice's.
        unsafe { (self.decode)(text.as_ptr(), text.len().cast_signed(), c"replace".as_ptr()) }
    }

    /// Calls a function with arguments, of which this takes ownership.
    fn call_with<const N: usize>(&self, function: Object, arguments: [Object; N]) -> Object {
        // SAFETY: a new tuple is filled with owned references, null ones excepted, which end the call.
        unsafe {
            let Some(tuple) = self.owned((self.new_tuple)(N.cast_signed())) else {
                return ptr::null_mut();
            };
            for (index, argument) in arguments.into_iter().enumerate() {
                if argument.is_null() || (self.set_item)(tuple.1, index.cast_signed(), argument) != 0 {
                    return ptr::null_mut();
                }
            }
            (self.call)(function, tuple.1)
        }
    }

    fn borrowed(&self, object: Object) -> Object {
        // SAFETY: a live object.
        unsafe { (self.inc_ref)(object) };
        object
    }

    /// Python's `None`, as a result.
    fn nothing(&self) -> Object {
        self.borrowed(self.none)
    }

    fn type_error(&self, message: &CStr) -> Object {
        // SAFETY: the exception is one of the interpreter's own.
        unsafe { (self.set_error)(*self.type_error, message.as_ptr()) };
        ptr::null_mut()
    }

    /// Does work without the interpreter's lock, as other threads of Python's may run meanwhile.
    fn unlocked<T>(&self, work: impl FnOnce() -> T) -> T {
        struct Locked<'a>(&'a Api, *mut c_void);
        impl Drop for Locked<'_> {
            fn drop(&mut self) {
                // SAFETY: the state is the one that this thread gave up.
                unsafe { (self.0.take_lock)(self.1) }
            }
        }
        // SAFETY: the lock is held, and taken again before this returns.
        let _locked = Locked(self, unsafe { (self.release_lock)() });
        work()
    }

    /// Raises a failure, by way of Python.
    fn fail(&self, installed: Option<&Installed>, failure: &Failure) -> Object {
        let Some(installed) = installed else {
            // SAFETY: the exception is one of the interpreter's own.
            unsafe { (self.set_error)(*self.system_error, c"install() was not called".as_ptr()) };
            return ptr::null_mut();
        };
        let arguments = [self.new_text(&failure.error_type), self.new_text(&failure.message)];
        let result = self.call_with(installed.fail, arguments);
        // It raises; what it returned if it does not is of no use.
        drop(self.owned(result));
        ptr::null_mut()
    }
}

/// Runs a method's body: finds the interpreter, counts the arguments, and lets no panic unwind into C.
fn method(
    arguments: *const Object,
    count: isize,
    expected: usize,
    body: impl FnOnce(&'static Api, &[Object]) -> Object,
) -> Object {
    let Some(api) = Api::get() else {
        return ptr::null_mut();
    };
    if count != expected.cast_signed() {
        return api.type_error(c"wrong number of arguments");
    }
    let arguments = match expected {
        // Where there are none, the pointer may be anything.
        0 => &[],
        // SAFETY: CPython passes so many arguments.
        _ => unsafe { slice::from_raw_parts(arguments, expected) },
    };
    catch_unwind(AssertUnwindSafe(|| body(api, arguments)))
        .unwrap_or_else(|payload| api.fail(INSTALLED.get(), &Failure::panic(&*payload)))
}

/// The function of a number that Python passes.
fn function(api: &Api, number: Object) -> Result<&'static Function, Failure> {
    // SAFETY: a live object; anything but a number gives -1 and an error.
    let number = unsafe { (api.to_long)(number) };
    let functions = FUNCTIONS.get().copied().unwrap_or_default();
    match usize::try_from(number).ok().and_then(|number| functions.get(number)) {
        Some(function) => Ok(function),
        None => {
            // SAFETY: the lock is held.
            unsafe { (api.clear_error)() };
            Err(Failure::misuse(format!(
                "function number {number} was called in a library of {}",
                functions.len()
            )))
        }
    }
}

unsafe extern "C" fn install(_: Object, arguments: *const Object, count: isize) -> Object {
    method(arguments, count, 4, |api, arguments| {
        let namespace = Some(Owned(api, api.borrowed(arguments[3])));
        match api.text(&namespace) {
            "" => (),
            namespace => metrics::enable(namespace),
        }
        // SAFETY: the names are C strings.
        let name = |name: &CStr| unsafe { (api.intern)(name.as_ptr()) };
        let _ = INSTALLED.set(Installed {
            parsed: api.borrowed(arguments[0]),
            headers: api.borrowed(arguments[1]),
            fail: api.borrowed(arguments[2]),
            aws_request_id: name(c"aws_request_id"),
            deadline: name(c"_epoch_deadline_time_in_ms"),
            invoked_function_arn: name(c"invoked_function_arn"),
            client_context: name(c"client_context"),
            identity: name(c"identity"),
            cognito_identity_id: name(c"cognito_identity_id"),
            tenant_id: name(c"tenant_id"),
        });
        // SAFETY: a small number.
        unsafe { (api.new_long)(VERSION) }
    })
}

unsafe extern "C" fn init(_: Object, arguments: *const Object, count: isize) -> Object {
    method(arguments, count, 1, |api, arguments| {
        // SAFETY: the interpreter's lock is held.
        unsafe { environment::follow() };
        let started = Instant::now();
        let initialized =
            function(api, arguments[0]).and_then(|function| api.unlocked(|| caught(|| function.initialize())));
        metrics::initialized(started);
        match initialized {
            Ok(()) => api.nothing(),
            Err(failure) => api.fail(INSTALLED.get(), &failure),
        }
    })
}

unsafe extern "C" fn run(_: Object, arguments: *const Object, count: isize) -> Object {
    method(arguments, count, 1, |api, arguments| {
        // SAFETY: the interpreter's lock is held.
        unsafe { environment::follow() };
        match function(api, arguments[0]) {
            Ok(function) => {
                // Without the lock for good: Python's other threads, if any, go on.
                let failure = api.unlocked(|| function.run());
                eprintln!("{}: {}", failure.error_type, failure.message);
                process::exit(1)
            }
            Err(failure) => api.fail(INSTALLED.get(), &failure),
        }
    })
}

/// Runs what has to do with a snapshot.
fn hook(
    arguments: *const Object,
    count: isize,
    work: impl FnOnce(&'static [&'static Function]) -> Result<(), Failure>,
) -> Object {
    method(arguments, count, 0, |api, _| {
        // SAFETY: the interpreter's lock is held.
        unsafe { environment::follow() };
        let functions = FUNCTIONS.get().copied().unwrap_or_default();
        match api.unlocked(|| caught(|| work(functions))) {
            Ok(()) => api.nothing(),
            Err(failure) => api.fail(INSTALLED.get(), &failure),
        }
    })
}

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        Self::new(error.error_type, error.message)
    }
}

unsafe extern "C" fn before_snapshot(_: Object, arguments: *const Object, count: isize) -> Object {
    hook(arguments, count, |_| Ok(lambda_snapstart::run_before_snapshot()?))
}

unsafe extern "C" fn after_restore(_: Object, arguments: *const Object, count: isize) -> Object {
    hook(arguments, count, |functions| {
        lambda_snapstart::run_after_restore()?;
        functions.iter().try_for_each(|function| function.restore())
    })
}

unsafe extern "C" fn handler(_: Object, arguments: *const Object, count: isize) -> Object {
    method(arguments, count, 1, |api, arguments| {
        match function(api, arguments[0]) {
            // The number is what the handler's calls get as `self`.
            // SAFETY: the definition is static, and the number a live object.
            Ok(_) => unsafe { (api.new_function)(&HANDLER, arguments[0], ptr::null_mut()) },
            Err(failure) => api.fail(INSTALLED.get(), &failure),
        }
    })
}

unsafe extern "C" fn invoke(number: Object, arguments: *const Object, count: isize) -> Object {
    method(arguments, count, 2, |api, arguments| {
        let (event, context) = (arguments[0], arguments[1]);
        let Some(installed) = INSTALLED.get() else {
            return api.fail(None, &Failure::misuse("not installed"));
        };
        let (mut data, mut length) = (ptr::null(), 0);
        // SAFETY: a live object, and places for its parts.
        if unsafe { (api.bytes_data)(event, &mut data, &mut length) } != 0 {
            // SAFETY: the lock is held.
            unsafe { (api.clear_error)() };
            let arguments = [api.borrowed(number), api.borrowed(event), api.borrowed(context)];
            return api.call_with(installed.parsed, arguments);
        }
        // SAFETY: bytes do not change, and the caller holds them for the time of the call.
        let event = unsafe { slice::from_raw_parts(data, length.unsigned_abs()) };
        let outcome = match function(api, number) {
            Ok(function) => match call(api, installed, function, event, context) {
                Some(outcome) => outcome,
                // Python code raised.
                None => return ptr::null_mut(),
            },
            Err(failure) => Err(failure),
        };
        match outcome {
            // SAFETY: the parts are a slice's.
            Ok(body) => unsafe { (api.new_bytes)(body.as_ptr(), body.len().cast_signed()) },
            Err(failure) => api.fail(Some(installed), &failure),
        }
    })
}

/// Hands an event to a function; `None` if the context's headers can't be had, and Python has raised.
fn call(
    api: &Api,
    installed: &Installed,
    function: &'static Function,
    event: &[u8],
    context: Object,
) -> Option<Outcome> {
    let attribute = |name| api.attribute(context, name);
    let request_id = attribute(installed.aws_request_id);
    let arn = attribute(installed.invoked_function_arn);
    let tenant = attribute(installed.tenant_id);
    let deadline = match attribute(installed.deadline) {
        // SAFETY: a live object; anything but a number gives -1 and an error, which is cleared.
        Some(deadline) => match unsafe { (api.to_long)(deadline.1) } {
            -1 => {
                // SAFETY: the lock is held.
                unsafe { (api.clear_error)() };
                String::new()
            }
            deadline => deadline.to_string(),
        },
        None => String::new(),
    };
    let has_identity = attribute(installed.identity)
        .is_some_and(|identity| api.attribute(identity.1, installed.cognito_identity_id).is_some());
    let headers = match has_identity || attribute(installed.client_context).is_some() {
        true => Some(api.owned(api.call_with(installed.headers, [api.borrowed(context)]))?),
        false => None,
    };
    let header = |index| {
        let tuple = headers.as_ref()?;
        // SAFETY: a live tuple, whose items it keeps; null, with an error, where it is none or too short.
        let item = unsafe { (api.get_item)(tuple.1, index) };
        if item.is_null() {
            // SAFETY: the lock is held.
            unsafe { (api.clear_error)() };
            return None;
        }
        Some(Owned(api, api.borrowed(item)))
    };
    let (client_context, identity) = (header(0), header(1));
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::follow() };
    let trace_id = env::var("_X_AMZN_TRACE_ID").unwrap_or_default();
    let invocation = Invocation {
        event,
        request_id: api.text(&request_id),
        deadline_ms: &deadline,
        invoked_function_arn: api.text(&arn),
        trace_id: &trace_id,
        client_context: api.text(&client_context),
        cognito_identity: api.text(&identity),
        tenant_id: api.text(&tenant),
    };
    Some(api.unlocked(|| metrics::measured(invocation.request_id, event, || caught(|| function.invoke(&invocation)))))
}

/// The lock is taken again in any case, so a panic is turned into a failure while it is away.
fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}

/// Makes a library a Python module over a list of functions. Used once, in the generated root crate, with the name of the
/// function that CPython calls on import: `PyInit_` and the library's file name without its suffix.
///
/// ```
/// static HELLO: lambda_shim::Function = lambda_shim::Function::new(|| Err(lambda_shim::Failure::exit("no program")));
/// lambda_shim::export!(PyInit_libhello, [HELLO]);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($init:ident, [$($function:path),+ $(,)?]) => {
        $crate::export_environment!();
        $crate::export_startup!();
        $crate::export_threads!();

        /// Makes the Python module.
        ///
        /// # Safety
        ///
        /// CPython calls it, in the course of an import.
        #[allow(non_snake_case)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $init() -> *mut ::core::ffi::c_void {
            static FUNCTIONS: &[&$crate::Function] = &[$(&$function),+];
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::init_module(FUNCTIONS, &environ) }
        }
    };
}
