//! How `index.py` calls the library: by C functions that `ctypes` binds ([`interface`]), or as an extension module ([`extension`]), which
//! are two ways in to the same `calls`.
//!
//! What Python sees, as methods of the module, or as C functions with `lambda_shim_` before their names (`Function` is the number of a
//! function in the order of [`export!`](crate::export)):
//!
//! ```text
//! def version() -> int
//!     The version of this interface.
//! def install(parsed, headers, fail, over, metrics: str) -> None
//!     Sets what the handlers call for what is rare, and the namespace of metrics (none if it is empty):
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
//! ```
//!
//! and for events, as an extension module
//!
//! ```text
//! def handler(function: int) -> Callable[[bytes, object], bytes]
//!     A handler for Lambda's runtime client.
//! ```
//!
//! and as a C function
//!
//! ```text
//! def invoke(function: int, event: bytes, context: object) -> bytes
//!     Hands an event to a function.
//! ```
//!
//! # Plain frames
//!
//! Before Python 3.14, a thread that [takes the interpreter's lock](https://docs.python.org/3.13/c-api/init.html#c.PyEval_RestoreThread) while the interpreter shuts down is ended by `pthread_exit`, which unwinds the stack:
//! through these modules' functions, into CPython's that called them. So wherever they call what may take the lock (all that may run
//! Python code), no function on the stack catches an unwinding, or has a value to drop: results wait in a [`ManuallyDrop`](std::mem::ManuallyDrop),
//! and references are given back by hand. The program itself runs in `Api::unlocked`, which calls nothing of Python's meanwhile. (With
//! `-Cpanic=abort`, Rust lets no unwinding pass at all: such a thread's end aborts the process, which is shutting down.)

mod api;
mod calls;
mod context;
pub mod extension;
mod installed;
pub mod interface;
mod object;
