"""A Rust function in an extension module that PyO3 made."""

import json
from typing import Any

import hello_pyo3  # type: ignore[import-not-found]


def handler(event: Any, context: Any) -> Any:
    return json.loads(hello_pyo3.handle(json.dumps(event)))
