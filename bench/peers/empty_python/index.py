"""The least that a Python function can be: what the runtime itself takes to start."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    return {}
