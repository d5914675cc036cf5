//! The environment by C's functions: what they refuse, and `clearenv`

use std::{
    env,
    ffi::{c_char, c_int, CStr},
    io, process,
};

use lambda_runtime::{service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

extern "C" {
    fn clearenv() -> c_int;
    fn setenv(name: *const c_char, value: *const c_char, overwrite: c_int) -> c_int;
    fn unsetenv(name: *const c_char) -> c_int;
}

fn code(status: c_int) -> Option<i32> {
    (status != 0).then(|| io::Error::last_os_error().raw_os_error()).flatten()
}

const NAMES: [&CStr; 3] = [c"", c"A=B", c"TABLE"];

async fn handler(_: LambdaEvent<Value>) -> Result<Value, Error> {
    // SAFETY: all are C strings, and no other thread uses the environment.
    let set = NAMES.map(|name| code(unsafe { setenv(name.as_ptr(), c"users".as_ptr(), 1) }));
    // SAFETY: as above.
    let unset = NAMES.map(|name| code(unsafe { unsetenv(name.as_ptr()) }));
    // SAFETY: as above.
    let cleared = unsafe { clearenv() };
    let left = env::vars_os().count();
    env::set_var("TABLE", "orders");
    let child = process::Command::new("/usr/bin/env").output()?;
    Ok(json!({
        "set": set,
        "unset": unset,
        "cleared": cleared,
        "left": left,
        "path": env::var_os("PATH").is_some(),
        "variables": env::vars().collect::<Vec<_>>(),
        "in_a_child": String::from_utf8(child.stdout)?,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handler)).await
}
