//! Calls C through what bindgen made of its header.

use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

#[allow(dead_code, non_camel_case_types, non_upper_case_globals)]
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}

async fn handler(event: LambdaEvent<String>) -> Result<Value, Error> {
    let text = &event.payload;
    // SAFETY: `measure` reads as many bytes as it is told, from a string that lives until it returns.
    let found = unsafe { bindings::measure(text.as_ptr().cast(), text.len()) };
    Ok(json!({
        "longest": found.longest,
        "registers": bindings::REGISTERS,
        "words": found.words,
    }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
