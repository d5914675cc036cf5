//! A function as an extension module of Python.

use std::panic;

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use serde_json::{json, Value};

fn respond(event: &str) -> PyResult<String> {
    let event: Value = serde_json::from_str(event).map_err(|error| PyValueError::new_err(error.to_string()))?;
    // A soak has handlers fail, too; other events are without this key.
    match event.get("fail").and_then(Value::as_str) {
        Some("error") => return Err(PyValueError::new_err("the event asks for an error")),
        Some("panic") => panic!("the event asks for a panic"),
        _ => {}
    }
    let size = event.as_object().map_or(0, |object| object.len());
    Ok(json!({"message": "Hello, world!", "size": size}).to_string())
}

/// Answers an event with a response, both JSON.
#[pyfunction]
fn handle(event: &str) -> PyResult<String> {
    // PyO3 makes a `PanicException` of a panic, which is no `Exception`: Lambda's client would end by it.
    panic::catch_unwind(|| respond(event)).unwrap_or_else(|_| Err(PyRuntimeError::new_err("the handler panicked")))
}

/// The module.
#[pymodule]
fn hello_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(handle, module)?)
}
