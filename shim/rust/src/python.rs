//! The library as an extension module of CPython: how `index.py` calls it.
//!
//! A call of a handler is one call of a C function, which reads the event's bytes where they lie. Importing `ctypes` and
//! preparing its calls would cost more than all that this module does.
//!
//! What Python sees (`Function` is the number of a function in the order of [`export!`](crate::export)):
//!
//! ```text
//! def install(parsed, headers, fail, over, metrics: str) -> int
//!     Sets what the handlers call for what is rare, and the namespace of metrics (none if it is empty), and returns the
//!     version of this interface:
//!     parsed(function: int, event: object, context: object) -> object     an event that is not bytes
//!     headers(context: object) -> tuple[str, str]                         client context and identity, as JSON
//!     fail(error_type: str, message: str) -> NoReturn                     raises a failure
//!     over(function: int) -> None                                         has `init` called in place of asking for an event
//! def init(function: int) -> None
//!     Runs a function's program up to the point where it waits for its first event. The process is the function's own from then on:
//!     it ends when the program's `main` does. Where that has ended, it ends at once.
//! def run(function: int) -> NoReturn
//!     Has the program's own event loop take the process over, which ends when that one's `main` does.
//! def before_snapshot() -> None
//!     Runs what the programs have to do before a snapshot is taken.
//! def after_restore() -> None
//!     Runs what they have to do after the process was restored from it.
//! def handler(function: int) -> Callable[[bytes, object], bytes]
//!     A handler for Lambda's runtime client.
//! ```
//!
//! # Plain frames
//!
//! Before Python 3.14, a thread that takes the interpreter's lock while the interpreter shuts down is ended by `pthread_exit`, which unwinds the stack:
//! through this module's functions, into CPython's that called them. So wherever this module calls what may take the lock (all that may run
//! Python code), no function on the stack catches an unwinding, or has a value to drop: results wait in a [`ManuallyDrop`], and references are
//! given back by hand. The program itself runs in [`Api::unlocked`], which calls nothing of Python's meanwhile. (With `-Cpanic=abort`, Rust lets
//! no unwinding pass at all: such a thread's end aborts the process, which is shutting down.)

mod api;

use std::{
    ffi::{CStr, c_long, c_void},
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    process, ptr, slice,
    sync::OnceLock,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use lambda_snapstart::HookError;

use self::api::{Api, MethodDef, ModuleDef, Object, STABLE_ABI};
use crate::{
    Failure, Function, Invocation, allocator,
    environment::{self, Table},
    metrics,
};

/// The version of the interface; a change that an older `index.py` would misread increases it.
const VERSION: c_long = 3;

/// What the handlers need, set once by `install`.
struct Installed {
    parsed: Object,
    headers: Object,
    fail: Object,
    over: Object,
    aws_request_id: Object,
    deadline: Object,
    remaining_time: Object,
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
        return ptr::null_mut();
    }
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::attach(environ) };
    let _ = FUNCTIONS.set(functions);
    for function in functions {
        function.hold_around_forks();
    }
    allocator::keep_memory();
    // CPython keeps it for as long as the process lives.
    let definition: *mut ModuleDef = Box::leak(Box::new(ModuleDef::new(c"lambda_shim", &METHODS)));
    // SAFETY: the definition is one for this ABI, and lives on.
    unsafe { (api.create_module)(definition, STABLE_ABI) }
}

impl Api {
    /// Whether the interpreter has no lock, and objects of another layout.
    fn is_free_threaded(&self) -> bool {
        // SAFETY: the lock is held, or there is none. The result is borrowed; null where there are no flags.
        let flags = unsafe { (self.sys_object)(c"abiflags".as_ptr()) };
        // SAFETY: a live object: the module `sys` holds it.
        !flags.is_null() && unsafe { self.text(flags) }.contains('t')
    }

    /// Gives a reference back, unless it is null.
    fn release(&self, object: Object) {
        if !object.is_null() {
            // SAFETY: an owned reference, says the caller, who has it no more; the lock is held.
            unsafe { (self.dec_ref)(object) }
        }
    }

    /// An owned reference to an attribute; null, without an error, where there is none or it is Python's `None`.
    fn attribute(&self, object: Object, name: Object) -> Object {
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
    unsafe fn text<'a>(&self, object: Object) -> &'a str {
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
    fn number(&self, object: Object) -> Option<c_long> {
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

    /// A `str`; what is not UTF-8 in it is replaced.
    fn new_text(&self, text: &str) -> Object {
        // SAFETY: the parts are a slice's.
        unsafe { (self.decode)(text.as_ptr(), text.len().cast_signed(), c"replace".as_ptr()) }
    }

    /// Calls a function with arguments, of which this takes ownership.
    fn call_with<const N: usize>(&self, function: Object, arguments: [Object; N]) -> Object {
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

    /// Does work without the interpreter's lock, as other threads of Python's may run meanwhile. A panic becomes a failure.
    fn unlocked<T>(&self, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        // SAFETY: the lock is held.
        let state = unsafe { (self.release_lock)() };
        let result = ManuallyDrop::new(caught(work));
        // SAFETY: the state is the one that this thread gave up. Where the thread is ended instead, this frame has nothing to drop.
        unsafe { (self.take_lock)(state) };
        ManuallyDrop::into_inner(result)
    }

    /// Raises a failure, by way of Python.
    fn raise(&self, failure: Failure) -> Object {
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

    /// The arguments of a method; `None`, with an error, if they are not so many.
    ///
    /// # Safety
    ///
    /// CPython passed these.
    unsafe fn arguments<const N: usize>(&self, arguments: *const Object, count: isize) -> Option<[Object; N]> {
        if count != N.cast_signed() {
            self.type_error(c"wrong number of arguments");
            return None;
        }
        let mut copied = [ptr::null_mut(); N];
        // SAFETY: there are so many; where there are none, the pointer may be anything.
        unsafe { ptr::copy_nonoverlapping(if N == 0 { copied.as_ptr() } else { arguments }, copied.as_mut_ptr(), N) };
        Some(copied)
    }

    /// The function of a number that Python passes.
    fn function(&self, number: Object) -> Result<&'static Function, Failure> {
        let number = self.number(number).unwrap_or(-1);
        let functions = FUNCTIONS.get().copied().unwrap_or_default();
        match usize::try_from(number).ok().and_then(|number| functions.get(number)) {
            Some(function) => Ok(function),
            None => Err(unknown(number, functions.len())),
        }
    }

    /// `None`, or the raised failure.
    fn done(&self, result: Result<(), Failure>) -> Object {
        match result {
            Ok(()) => self.nothing(),
            Err(failure) => self.raise(failure),
        }
    }
}

/// The interpreter, and the arguments of a method; `None`, with an error, if they are not so many.
///
/// # Safety
///
/// CPython passed these.
unsafe fn called<const N: usize>(arguments: *const Object, count: isize) -> Option<(&'static Api, [Object; N])> {
    let api = Api::get()?;
    // SAFETY: the caller's promise.
    let arguments = unsafe { api.arguments(arguments, count) }?;
    Some((api, arguments))
}

/// Does what may panic, in a frame of its own: one that catches has a personality, which an end of the thread would call, were it the caller's.
#[inline(never)]
fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
}

#[cold]
#[inline(never)]
fn unknown(number: c_long, functions: usize) -> Failure {
    Failure::misuse(format!(
        "function number {number} was called in a library of {functions}"
    ))
}

unsafe extern "C-unwind" fn install(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [parsed, headers, fail, over, namespace])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the caller holds it.
    match unsafe { api.text(namespace) } {
        "" => (),
        namespace => metrics::enable(namespace),
    }
    // SAFETY: the names are C strings.
    let name = |name: &CStr| unsafe { (api.intern)(name.as_ptr()) };
    let _ = INSTALLED.set(Installed {
        parsed: api.borrowed(parsed),
        headers: api.borrowed(headers),
        fail: api.borrowed(fail),
        over: api.borrowed(over),
        aws_request_id: name(c"aws_request_id"),
        deadline: name(c"_epoch_deadline_time_in_ms"),
        remaining_time: name(c"get_remaining_time_in_millis"),
        invoked_function_arn: name(c"invoked_function_arn"),
        client_context: name(c"client_context"),
        identity: name(c"identity"),
        cognito_identity_id: name(c"cognito_identity_id"),
        tenant_id: name(c"tenant_id"),
    });
    // SAFETY: a small number.
    unsafe { (api.new_long)(VERSION) }
}

unsafe extern "C-unwind" fn init(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::follow() };
    match api.function(number) {
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

unsafe extern "C-unwind" fn run(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::follow() };
    match api.function(number) {
        // Without the lock for good: Python's other threads, if any, go on.
        Ok(function) => api.done(api.unlocked(|| function.run().map(|exit| process::exit(exit.status.into())))),
        Err(failure) => api.raise(failure),
    }
}

/// Runs what has to do with a snapshot.
///
/// # Safety
///
/// CPython passed the arguments.
unsafe fn hook(
    arguments: *const Object,
    count: isize,
    work: fn(&'static [&'static Function]) -> Result<(), Failure>,
) -> Object {
    // SAFETY: the caller's promise.
    let Some((api, [])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::follow() };
    api.done(api.unlocked(|| work(FUNCTIONS.get().copied().unwrap_or_default())))
}

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        Self::new(error.error_type, error.message)
    }
}

unsafe extern "C-unwind" fn before_snapshot(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    unsafe { hook(arguments, count, |_| Ok(lambda_snapstart::run_before_snapshot()?)) }
}

unsafe extern "C-unwind" fn after_restore(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    unsafe {
        hook(arguments, count, |functions| {
            lambda_snapstart::run_after_restore()?;
            functions.iter().try_for_each(|function| function.restore())
        })
    }
}

unsafe extern "C-unwind" fn handler(_: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [number])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    match api.function(number) {
        // The number is what the handler's calls get as `self`.
        // SAFETY: the definition is static, and the number a live object.
        Ok(_) => unsafe { (api.new_function)(&HANDLER, number, ptr::null_mut()) },
        Err(failure) => api.raise(failure),
    }
}

unsafe extern "C-unwind" fn invoke(number: Object, arguments: *const Object, count: isize) -> Object {
    // SAFETY: CPython passed these.
    let Some((api, [event, context])) = (unsafe { called(arguments, count) }) else {
        return ptr::null_mut();
    };
    let Some(installed) = INSTALLED.get() else {
        return api.raise(Failure::misuse("not installed"));
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
    let function = match api.function(number) {
        Ok(function) => function,
        Err(failure) => return api.raise(failure),
    };
    let Some(context) = Headers::read(api, installed, context) else {
        // Python code raised.
        return ptr::null_mut();
    };
    // SAFETY: the interpreter's lock is held.
    unsafe { environment::follow() };
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
        let none = api.call_with(installed.over, [api.borrowed(number)]);
        if none.is_null() {
            // SAFETY: the lock is held. The next call ends the process, then.
            unsafe { (api.clear_error)() };
        }
        api.release(none);
    }
    context.release(api);
    response
}

/// A text, and the object that holds it: an owned reference, or null.
type Text = (Object, &'static str);

/// What the headers of an invocation say, taken from the context that Lambda's client made of them.
///
/// The texts are valid until `release` is called.
#[derive(Clone, Copy)]
struct Headers {
    request_id: Text,
    /// Milliseconds since the Unix epoch; 0 if nobody knows.
    deadline: u64,
    invoked_function_arn: Text,
    client_context: Text,
    cognito_identity: Text,
    tenant_id: Text,
}

impl Headers {
    /// Reads a context; `None` if Python code raised.
    fn read(api: &Api, installed: &Installed, context: Object) -> Option<Self> {
        // SAFETY: the reference is given back by `release`, with which the use of the texts ends.
        let text = |object| (object, unsafe { api.text(object) });
        let mut headers = Self {
            request_id: text(api.attribute(context, installed.aws_request_id)),
            deadline: deadline(api, installed, context),
            invoked_function_arn: text(api.attribute(context, installed.invoked_function_arn)),
            client_context: (ptr::null_mut(), ""),
            cognito_identity: (ptr::null_mut(), ""),
            tenant_id: text(api.attribute(context, installed.tenant_id)),
        };
        if has_caller(api, installed, context) {
            let texts = api.call_with(installed.headers, [api.borrowed(context)]);
            if texts.is_null() {
                headers.release(api);
                return None;
            }
            let item = |index| {
                // SAFETY: a live tuple, whose items it keeps; null, with an error, where it is none or too short.
                let item = unsafe { (api.get_item)(texts, index) };
                if item.is_null() {
                    // SAFETY: the lock is held.
                    unsafe { (api.clear_error)() };
                    return (item, "");
                }
                text(api.borrowed(item))
            };
            headers.client_context = item(0);
            headers.cognito_identity = item(1);
            api.release(texts);
        }
        Some(headers)
    }

    /// Gives the references back. The texts are not used any more.
    fn release(self, api: &Api) {
        api.release(self.request_id.0);
        api.release(self.invoked_function_arn.0);
        api.release(self.client_context.0);
        api.release(self.cognito_identity.0);
        api.release(self.tenant_id.0);
    }
}

/// Whether the context tells of a client or an identity.
fn has_caller(api: &Api, installed: &Installed, context: Object) -> bool {
    let client = api.attribute(context, installed.client_context);
    let identity = api.attribute(context, installed.identity);
    let id = match identity.is_null() {
        true => identity,
        false => api.attribute(identity, installed.cognito_identity_id),
    };
    let found = !client.is_null() || !id.is_null();
    api.release(client);
    api.release(identity);
    api.release(id);
    found
}

/// The deadline that a context tells, in milliseconds since the Unix epoch; 0 if it tells none.
///
/// Lambda's client keeps it in an attribute of its own; what all contexts have is the time that is left.
fn deadline(api: &Api, installed: &Installed, context: Object) -> u64 {
    let told = api.attribute(context, installed.deadline);
    let deadline = api.number(told);
    api.release(told);
    if let Some(deadline) = deadline {
        return u64::try_from(deadline).unwrap_or(0);
    }
    let method = api.attribute(context, installed.remaining_time);
    if method.is_null() {
        return 0;
    }
    let left = api.call_with(method, []);
    api.release(method);
    if left.is_null() {
        // SAFETY: the lock is held.
        unsafe { (api.clear_error)() };
    }
    let millis = api.number(left);
    api.release(left);
    let Some(millis) = millis else { return 0 };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis())
        .unwrap_or(0)
        .saturating_add_signed(millis)
}

/// The trace id of the invocation, which Lambda's client has in the environment.
///
/// Read without std's lock: in a forked child, a thread of the parent's may hold that for ever.
#[inline(never)]
fn trace_id() -> String {
    environment::value(c"_X_AMZN_TRACE_ID").unwrap_or_default()
}

/// Makes a library a Python module over a list of functions. Used once, in the generated root crate, with the name of the
/// function that CPython calls on import: `PyInit_` and the library's file name without its suffix.
///
/// ```standalone_crate
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
        pub unsafe extern "C-unwind" fn $init() -> *mut ::core::ffi::c_void {
            static FUNCTIONS: &[&$crate::Function] = &[$(&$function),+];
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::python::init_module(FUNCTIONS, &environ) }
        }
    };
}
