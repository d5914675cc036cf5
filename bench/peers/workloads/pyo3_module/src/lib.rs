//! The JSON transform and the typed handler, as functions of an extension module: Python's objects are read and written without text between.

use pyo3::prelude::*;
use pythonize::{depythonize, pythonize};

mod greeting;
mod invoices;

/// Makes invoices of orders.
#[pyfunction]
fn transform<'py>(event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize(event.py(), &invoices::of(depythonize(event)?))?)
}

/// Greets who a few of the event's fields name.
#[pyfunction]
fn typed<'py>(event: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize(event.py(), &greeting::of(depythonize(event)?))?)
}

/// The module.
#[pymodule]
fn workloads_pyo3(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(transform, module)?)?;
    module.add_function(wrap_pyfunction!(typed, module)?)
}
