"""Writes the reference, or tells that it is not current: the committed pages, and what the docstrings say, differ."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from pathlib import Path

from pages import UPDATE, Facts, Incomplete, Sources, pages
from starlark_docs import Module

FOLDER = "docs/reference"


def sources(files: list[Path]) -> Sources:
    """Reads what the pages are made from: the files are told by their names."""
    by_name = {file.name: file for file in files}

    def module(name: str) -> Module:
        return Module.of(by_name[name + ".textproto"].read_text())

    return Sources(
        defs=module("defs"),
        event_source=module("event_source"),
        extensions=module("extensions"),
        image=module("image"),
        repositories=module("repositories"),
        below=module("below"),
        facts=Facts(**json.loads(by_name["facts.json"].read_text())),
    )


def differences(written: dict[str, str], folder: Path) -> str:
    """How the pages of a folder differ from those that they should be."""
    found = {file.name: file.read_text() for file in sorted(folder.glob("*.md"))}
    return "".join(
        "".join(
            difflib.unified_diff(
                found.get(name, "").splitlines(keepends=True),
                written.get(name, "").splitlines(keepends=True),
                f"{FOLDER}/{name}",
                f"{FOLDER}/{name}, as the docstrings have it",
            )
        )
        for name in sorted({*found, *written})
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["check", "update"])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what Bazel tells of the rules")
    arguments = parser.parse_args()
    try:
        written = pages(sources(arguments.files))
    except Incomplete as problem:
        print(problem, file=sys.stderr)
        return 1
    if arguments.verb == "check":
        differing = differences(written, Path(FOLDER))
        if differing:
            print(f"{differing}\nThe reference is not current. To write it anew: {UPDATE}", file=sys.stderr)
        return int(bool(differing))
    folder = Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], FOLDER)
    for file in folder.glob("*.md"):
        if file.name not in written:
            file.unlink()
    for name, text in written.items():
        (folder / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
