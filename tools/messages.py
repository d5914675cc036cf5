#!/usr/bin/env python3
"""Checks that docs/troubleshooting.md quotes what the sources say.

A message is quoted at the beginning of an item of a list, and, behind "with", once more; `…` stands for what differs.
Messages of others, below the heading that says so, are not looked for.

    tools/messages.py
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = "docs/troubleshooting.md"
OTHERS = "\n## Others' messages\n"
SOURCES = ["*.rs", "*.bzl", "*.py", "*.mjs", "*.tpl"]

ITEM = re.compile(r"^- (?=`)", re.MULTILINE)
# A code span, whose text may hold backticks where more of them are around it.
SPAN = re.compile(r"(`+)(?P<text>.+?)(?<!`)\1(?!`)", re.DOTALL)
WITH = " with "


def said() -> str:
    """Returns the text of all sources, with strings as they are printed and each run of white space as one space."""
    listed = subprocess.run(["git", "ls-files", *SOURCES], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    own = Path(__file__).resolve().relative_to(ROOT).as_posix()
    text = "\n".join((ROOT / path).read_text() for path in listed.splitlines() if path != own)
    # Rust goes on with a string in the next line.
    text = re.sub(r"\\\n\s*", "", text)
    return re.sub(r"\s+", " ", text.replace('\\"', '"').replace("{{", "{").replace("}}", "}"))


def messages(page: str) -> list[str]:
    """Returns what a page quotes."""
    own = page[: page.index(OTHERS)]
    found = []
    for item in ITEM.finditer(own):
        span = SPAN.match(own, item.end())
        while span:
            found.append(re.sub(r"\s+", " ", span["text"]).strip())
            span = SPAN.match(own, span.end() + len(WITH)) if own.startswith(WITH, span.end()) else None
    return found


def main() -> int:
    text = said()
    found = messages((ROOT / PAGE).read_text())
    wrong = 0
    for message in found:
        for part in message.split("…"):
            if part.strip(" .,") and part.strip() not in text:
                print(f"{PAGE}: no source says: {part.strip()}")
                wrong += 1
    print(f"{len(found)} messages, {wrong} unknown")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
