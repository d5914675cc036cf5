"""What every peer does, in Python alone."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    return {"message": "Hello, world!", "size": len(event)}
