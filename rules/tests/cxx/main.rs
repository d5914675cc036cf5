//! Answers with what of C++ works in the library that it is linked into.

use std::{
    ffi::{CStr, CString, c_char, c_int},
    panic::catch_unwind,
    sync::atomic::{AtomicBool, Ordering},
};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

unsafe extern "C" {
    fn parts_number(text: *const c_char) -> *const c_char;
    fn parts_free(text: *const c_char);
    fn parts_knows_type() -> bool;
    fn parts_initialised() -> c_int;
    fn parts_threads() -> c_int;
    fn parts_destroyed() -> c_int;
    fn parts_write(text: *const c_char);
    fn parts_optimised() -> bool;
    fn parts_asserts() -> bool;
}

unsafe extern "C-unwind" {
    fn parts_through(call: extern "C-unwind" fn()) -> bool;
    fn parts_raise();
    fn parts_guarded(call: extern "C-unwind" fn());
}

static DROPPED: AtomicBool = AtomicBool::new(false);

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        DROPPED.store(true, Ordering::Relaxed);
    }
}

/// Lies between C++ that raises an exception and C++ that catches it.
extern "C-unwind" fn between() {
    let _guard = Guard;
    // SAFETY: it has no conditions; what it raises passes functions that are declared to let it.
    unsafe { parts_raise() };
}

/// Lies below C++ that lets a panic pass.
extern "C-unwind" fn panics() {
    panic!("passes C++");
}

fn number(text: &str) -> String {
    let text = CString::new(text).expect("a string of JSON without NUL");
    // SAFETY: the text ends with NUL, as what comes back does, which is this function's until it is given back.
    unsafe {
        let number = parts_number(text.as_ptr());
        let copied = CStr::from_ptr(number).to_string_lossy().into_owned();
        parts_free(number);
        copied
    }
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let texts: Vec<String> = serde_json::from_value(event.payload)?;
    // SAFETY: a string that ends with NUL.
    unsafe { parts_write(c"line".as_ptr()) };
    let panic = catch_unwind(|| {
        // SAFETY: it has no conditions; what unwinds through it may.
        unsafe { parts_guarded(panics) };
    });
    // SAFETY: none of these has conditions; what `parts_through` lets pass, it catches.
    unsafe {
        Ok(json!({
            "asserts": parts_asserts(),
            "initialised": parts_initialised(),
            "knows_type": parts_knows_type(),
            "numbers": texts.iter().map(|text| number(text)).collect::<Vec<_>>(),
            "optimised": parts_optimised(),
            "panic_came_through": panic.is_err() && parts_destroyed() > 0,
            "through_rust": parts_through(between) && DROPPED.load(Ordering::Relaxed),
            "threads": parts_threads(),
        }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}
