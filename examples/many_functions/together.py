"""Calls several functions of the zip in one process, of which some fail."""

from typing import Any

import index  # type: ignore[import-not-found]


def _outcome(handler: Any, event: dict[str, Any], context: object) -> object:
    """Returns what a handler answers, or how it fails."""
    try:
        return handler(event, context)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def handler(event: dict[str, Any], context: object) -> list[object]:
    """Calls functions that work between ones that cannot start, panic or fail."""
    return [
        _outcome(index.create_order, event, context),
        _outcome(index.report, event, context),
        _outcome(index.ship_order, {}, context),
        _outcome(index.ship_order, {"address": "Main Street 1"}, context),
        _outcome(index.create_order, {}, context),
        _outcome(index.create_order, event, context),
    ]
