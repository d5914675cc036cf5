//! A function as an extension module of Python.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{json, Value};

/// Answers an event with a response, both JSON.
#[pyfunction]
fn handle(event: &str) -> PyResult<String> {
    let event: Value = serde_json::from_str(event).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let size = event.as_object().map_or(0, |object| object.len());
    Ok(json!({"message": "Hello, world!", "size": size}).to_string())
}

/// The module.
#[pymodule]
fn hello_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(handle, module)?)
}
