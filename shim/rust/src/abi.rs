//! The C ABI: what the shared library exports, and the one description of it for both sides.
//!
//! ```c
//! // The version of what follows. A shim refuses a library whose version is not its own.
//! uint32_t lambda_shim_abi_version(void);
//!
//! // What a call came to. The memory belongs to the library; lambda_shim_free gives it back.
//! typedef struct {
//!     uint8_t *body;        // status 0: the response; status 1: the error's message, UTF-8
//!     size_t   body_length;
//!     size_t   body_capacity;
//!     uint8_t *error_type;  // status 1: the error's type, UTF-8; status 0: NULL
//!     size_t   error_type_length;
//!     size_t   error_type_capacity;
//! } lambda_shim_outcome;
//!
//! // Runs the program of function number `function` up to the point where it waits for its first event.
//! int32_t lambda_shim_init(uint32_t function, lambda_shim_outcome *outcome);
//!
//! // Hands it an event, and waits for the response. `event` may hold any bytes, NUL included. `context` is UTF-8,
//! // seven lines that are parted by '\n': request id, deadline in ms since the epoch, invoked function's ARN, trace id,
//! // client context (JSON), Cognito identity (JSON), tenant id. An empty line means that there is none.
//! int32_t lambda_shim_invoke(uint32_t function, const uint8_t *event, size_t event_length,
//!                            const uint8_t *context, size_t context_length, lambda_shim_outcome *outcome);
//!
//! // Frees what an outcome holds, and empties it. Safe to call twice.
//! void lambda_shim_free(lambda_shim_outcome *outcome);
//! ```
//!
//! A status is 0 for success and 1 for a failure. Inputs are only read, and only during the call. No call unwinds.
//! All calls for one function come from one thread (see [`Function`]).

use std::{
    ffi::c_void,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr, slice, str,
};

use crate::{Failure, Function, Invocation, Outcome};

/// The version of the ABI; a change that an older shim would misread increases it.
pub const VERSION: u32 = 1;

/// The status of a call whose outcome is a response.
const SUCCESS: i32 = 0;
/// The status of a call whose outcome is an error.
const FAILURE: i32 = 1;

/// Bytes that the library owns.
#[repr(C)]
#[derive(Debug)]
pub struct OwnedBytes {
    data: *mut u8,
    length: usize,
    capacity: usize,
}

impl OwnedBytes {
    const EMPTY: Self = Self {
        data: ptr::null_mut(),
        length: 0,
        capacity: 0,
    };

    fn new(bytes: Vec<u8>) -> Self {
        let mut bytes = mem::ManuallyDrop::new(bytes);
        Self {
            data: bytes.as_mut_ptr(),
            length: bytes.len(),
            capacity: bytes.capacity(),
        }
    }

    fn free(&mut self) {
        let Self { data, length, capacity } = mem::replace(self, Self::EMPTY);
        if !data.is_null() {
            // SAFETY: a non-null `data` comes from `new`, which took the parts from a Vec<u8> and kept it from being
            // dropped; they are replaced above, so this happens once.
            drop(unsafe { Vec::from_raw_parts(data, length, capacity) });
        }
    }
}

/// What a call came to; `lambda_shim_outcome` in C.
#[repr(C)]
#[derive(Debug)]
pub struct CallOutcome {
    body: OwnedBytes,
    error_type: OwnedBytes,
}

impl CallOutcome {
    fn new(outcome: Outcome) -> (i32, Self) {
        match outcome {
            Ok(response) => (
                SUCCESS,
                Self {
                    body: OwnedBytes::new(response),
                    error_type: OwnedBytes::EMPTY,
                },
            ),
            Err(failure) => (
                FAILURE,
                Self {
                    body: OwnedBytes::new(failure.message.into_bytes()),
                    error_type: OwnedBytes::new(failure.error_type.into_bytes()),
                },
            ),
        }
    }
}

/// Splits the seven lines of a call's context.
fn parse_context<'a>(event: &'a [u8], context: &'a [u8]) -> Result<Invocation<'a>, Failure> {
    let text = str::from_utf8(context)
        .map_err(|error| Failure::misuse(format!("the invocation's context is not UTF-8: {error}")))?;
    let mut lines = text.split('\n');
    let mut next = || lines.next();
    let invocation = (|| {
        Some(Invocation {
            event,
            request_id: next()?,
            deadline_ms: next()?,
            invoked_function_arn: next()?,
            trace_id: next()?,
            client_context: next()?,
            cognito_identity: next()?,
            tenant_id: next()?,
        })
    })();
    match (invocation, lines.next()) {
        (Some(invocation), None) => Ok(invocation),
        _ => Err(Failure::misuse(format!(
            "the invocation's context has {} lines, not 7",
            text.split('\n').count()
        ))),
    }
}

fn call(
    functions: &[&'static Function],
    function: u32,
    outcome: *mut c_void,
    act: impl FnOnce(&'static Function) -> Outcome,
) -> i32 {
    let result = match functions.get(function as usize) {
        Some(function) => {
            catch_unwind(AssertUnwindSafe(|| act(function))).unwrap_or_else(|payload| Err(Failure::panic(&*payload)))
        }
        None => Err(Failure::misuse(format!(
            "function number {function} was called in a library of {}",
            functions.len()
        ))),
    };
    let (status, value) = CallOutcome::new(result);
    // SAFETY: the callers' contract: `outcome` points to writable memory for one outcome, whose old value, if any, is not dropped.
    unsafe { ptr::write(outcome.cast::<CallOutcome>(), value) };
    status
}

/// Implements `lambda_shim_init`.
///
/// # Safety
///
/// `outcome` points to writable memory for one [`CallOutcome`].
pub unsafe fn init(functions: &[&'static Function], function: u32, outcome: *mut c_void) -> i32 {
    call(functions, function, outcome, |function| {
        function.initialize().map(|()| Vec::new())
    })
}

/// Implements `lambda_shim_invoke`.
///
/// # Safety
///
/// `event` and `context` point to readable memory of the lengths given, which nobody writes during the call.
/// `outcome` points to writable memory for one [`CallOutcome`].
pub unsafe fn invoke(
    functions: &[&'static Function],
    function: u32,
    (event, event_length): (*const u8, usize),
    (context, context_length): (*const u8, usize),
    outcome: *mut c_void,
) -> i32 {
    // SAFETY: the caller's contract; a length of zero may come with any pointer, null included.
    let (event, context) = unsafe { (bytes(event, event_length), bytes(context, context_length)) };
    call(functions, function, outcome, |function| {
        function.invoke(&parse_context(event, context)?)
    })
}

/// Implements `lambda_shim_free`.
///
/// # Safety
///
/// `outcome` is null, or points to an outcome that a call of this library wrote and nobody has changed since.
pub unsafe fn free(outcome: *mut c_void) {
    // SAFETY: the caller's contract.
    if let Some(outcome) = unsafe { outcome.cast::<CallOutcome>().as_mut() } {
        outcome.body.free();
        outcome.error_type.free();
    }
}

/// # Safety
///
/// `data` points to `length` readable bytes, unless `length` is zero, for as long as the result is used.
unsafe fn bytes<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's contract.
    unsafe { slice::from_raw_parts(data, length) }
}

/// Defines the library's exported symbols over a list of functions. Used once, in the generated root crate.
///
/// ```
/// static HELLO: lambda_shim::Function = lambda_shim::Function::new(|| Err(lambda_shim::Failure::exit("no program")));
/// lambda_shim::export![HELLO];
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($($function:path),+ $(,)?) => {
        static FUNCTIONS: &[&$crate::Function] = &[$(&$function),+];

        /// The version of the ABI.
        #[unsafe(no_mangle)]
        pub extern "C" fn lambda_shim_abi_version() -> u32 {
            $crate::abi::VERSION
        }

        /// Runs a function's program up to the point where it waits for its first event.
        ///
        /// # Safety
        ///
        /// See `lambda_shim::abi`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn lambda_shim_init(function: u32, outcome: *mut ::core::ffi::c_void) -> i32 {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::abi::init(FUNCTIONS, function, outcome) }
        }

        /// Hands an event to a function, and waits for the response.
        ///
        /// # Safety
        ///
        /// See `lambda_shim::abi`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn lambda_shim_invoke(
            function: u32,
            event: *const u8,
            event_length: usize,
            context: *const u8,
            context_length: usize,
            outcome: *mut ::core::ffi::c_void,
        ) -> i32 {
            // SAFETY: the caller's contract is the same.
            unsafe {
                $crate::abi::invoke(FUNCTIONS, function, (event, event_length), (context, context_length), outcome)
            }
        }

        /// Frees what an outcome holds.
        ///
        /// # Safety
        ///
        /// See `lambda_shim::abi`.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn lambda_shim_free(outcome: *mut ::core::ffi::c_void) {
            // SAFETY: the caller's contract is the same.
            unsafe { $crate::abi::free(outcome) }
        }
    };
}
