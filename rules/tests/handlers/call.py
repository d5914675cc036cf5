"""Has Python code call every handler of index.py."""

from __future__ import annotations

import index  # type: ignore[import-not-found]


def handler(event: dict[str, object], context: object) -> dict[str, object]:
    names = [name for name in vars(index) if not name.startswith("_") and callable(getattr(index, name))]
    wrong = [name for name in names if getattr(index, name)(event, context) != event]
    return {"called": len(names), "wrong": wrong}
