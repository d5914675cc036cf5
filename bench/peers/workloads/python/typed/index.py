"""Reads a few fields of its event, in Python alone."""

from typing import Any


def handler(event: Any, context: Any) -> Any:
    return {
        "requestId": event["requestId"],
        "message": f"Hello, {event['user']['name']}!",
        "tier": event["user"]["tier"],
        "source": event["source"],
    }
