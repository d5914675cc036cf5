//! A function behind C strings, as one writes it by hand for ctypes.

use std::{
    ffi::{c_char, CStr, CString},
    panic,
};

use serde_json::{json, Value};

fn respond(event: &CStr) -> Option<CString> {
    let event: Value = serde_json::from_str(event.to_str().ok()?).ok()?;
    // A soak has handlers fail, too; other events are without this key.
    match event.get("fail").and_then(Value::as_str) {
        Some("error") => return None,
        Some("panic") => panic!("the event asks for a panic"),
        _ => {}
    }
    let size = event.as_object().map_or(0, |object| object.len());
    CString::new(json!({"message": "Hello, world!", "size": size}).to_string()).ok()
}

/// Answers an event with a response, both JSON; with null where there is none. `release` frees the response.
///
/// # Safety
/// The event is a string that ends with a null byte.
#[no_mangle]
pub unsafe extern "C" fn handle(event: *const c_char) -> *mut c_char {
    // SAFETY: it is the caller's part that this is a string.
    let event = unsafe { CStr::from_ptr(event) };
    // A panic that reached C would end the process.
    let response = panic::catch_unwind(|| respond(event)).ok().flatten();
    response.map_or(std::ptr::null_mut(), CString::into_raw)
}

/// Frees a response.
///
/// # Safety
/// The response is one that `handle` returned, and not yet freed.
#[no_mangle]
pub unsafe extern "C" fn release(response: *mut c_char) {
    if !response.is_null() {
        // SAFETY: it came from `into_raw`, by the caller's word.
        drop(unsafe { CString::from_raw(response) });
    }
}
