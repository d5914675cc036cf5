"""A Rust function in an extension module that PyO3 made: it takes and gives Python's objects."""

from typing import Any

import workloads_pyo3  # type: ignore[import-not-found]


def handler(event: Any, context: Any) -> Any:
    return workloads_pyo3.typed(event)
