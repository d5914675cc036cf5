//! Answers with what C++ says that a build script compiled.

use std::ffi::{CStr, CString, c_char, c_int, c_long};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

unsafe extern "C" {
    fn words(text: *const c_char) -> c_int;
    fn words_large() -> c_long;
    fn words_file() -> *const c_char;
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(|event: LambdaEvent<String>| async move {
        let text = CString::new(event.payload)?;
        // SAFETY: both strings end with NUL, and the second lives as long as the library; `words_large` has no conditions.
        let (count, large, file) = unsafe {
            (
                words(text.as_ptr()),
                words_large(),
                CStr::from_ptr(words_file()).to_str()?,
            )
        };
        Ok::<Value, Error>(json!({"count": count, "is_relative": !file.starts_with('/'), "large": large}))
    }))
    .await
}
