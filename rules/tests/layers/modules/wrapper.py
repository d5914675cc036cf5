"""A handler around the function's own, which a layer brings."""

import json
from typing import Any

import index  # type: ignore[import-not-found]


def handler(event: Any, context: Any) -> Any:
    """Adds a word to the answer."""
    answer = index.handler(event, context)
    return json.loads(answer) | {"wrapped": True} if isinstance(answer, bytes) else answer | {"wrapped": True}
