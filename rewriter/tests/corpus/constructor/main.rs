//! Functions that run before main, and read the environment and the arguments

use std::{
    env,
    ffi::{c_char, c_int, CStr},
    sync::OnceLock,
};

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

static FUNCTION: OnceLock<Option<String>> = OnceLock::new();
static VARIABLES: OnceLock<usize> = OnceLock::new();
static GIVEN: OnceLock<(c_int, bool)> = OnceLock::new();

extern "C" fn read_settings() {
    let _ = FUNCTION.set(env::var("AWS_LAMBDA_FUNCTION_NAME").ok());
    let _ = VARIABLES.set(env::vars().filter(|(name, _)| name.starts_with("AWS_LAMBDA_FUNCTION_")).count());
}

/// What glibc gives to such a function, as it gives it to `main`.
extern "C" fn read_arguments(count: c_int, arguments: *const *const c_char, environment: *const *const c_char) {
    // SAFETY: both lists hold C strings, and end with a null.
    let is_found = unsafe {
        let is_end = (*arguments.add(count as usize)).is_null();
        let mut entries = (0..).map(|index| *environment.add(index)).take_while(|entry| !entry.is_null());
        is_end && entries.any(|entry| CStr::from_ptr(entry).to_bytes() == b"AWS_LAMBDA_FUNCTION_NAME=emulated")
    };
    let _ = GIVEN.set((count, is_found));
}

#[used]
#[link_section = ".init_array"]
static READ_SETTINGS: extern "C" fn() = read_settings;

#[used]
#[link_section = ".init_array"]
static READ_ARGUMENTS: extern "C" fn(c_int, *const *const c_char, *const *const c_char) = read_arguments;

async fn handler(_: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(json!({ "function": FUNCTION.get(), "variables": VARIABLES.get(), "given": GIVEN.get() }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
