"""A Python handler around the Rust one, as instrumentation and validation layers have it."""

from importlib import import_module
from typing import Any

index: Any = import_module("index")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Greets the person that the event names, whatever white space is around the name."""
    response: dict[str, Any] = index.handler({"name": event["name"].strip()}, context)
    return {**response, "wrapped": True}
