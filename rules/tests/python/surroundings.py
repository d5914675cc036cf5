"""What Python code around a function finds: its interpreter, its client, and the libraries of the zip."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

index: Any = import_module("index")


def version(event: dict[str, Any], context: object) -> Any:
    """The version of the interpreter, and what Rust answers."""
    return {"python": "{}.{}".format(*sys.version_info[:2]), "answer": index.handler(event, context)}


def client(event: dict[str, Any], context: object) -> Any:
    """The folders that the client, and what it needs, were imported from: a hub's, of a package, or the zip's."""
    names = ["awslambdaric", "simplejson", "snapshot_restore_py"]
    folders = [Path(str(import_module(name).__file__)).parents[1] for name in names]
    return [folder.parent.name if folder.name == "site-packages" else folder.name for folder in folders]


def libraries(event: dict[str, Any], context: object) -> Any:
    """What the libraries are, and whether each is the zip's."""
    greetings, words, speedups = (
        import_module(name) for name in ("greetings", "rules.tests.python.words", "simplejson._speedups")
    )
    root = Path(__file__).parent
    return {
        "greeting": greetings.greeting() + words.MARK,
        "of_the_zip": [Path(str(module.__file__)).is_relative_to(root) for module in (greetings, words)],
        "speedups": (root / "simplejson" / Path(str(speedups.__file__)).name).exists(),
    }
