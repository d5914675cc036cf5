"""What every peer does, in Python alone."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    # A soak has handlers fail, too; other events are without this key.
    if "fail" in event:
        raise (RuntimeError if event["fail"] == "panic" else ValueError)(f"the event asks for: {event['fail']}")
    return {"message": "Hello, world!", "size": len(event)}
