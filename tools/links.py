#!/usr/bin/env python3
"""Checks that links in Markdown files lead somewhere: to a file or a folder of this repository, and to a heading there.

    tools/links.py

Addresses with a scheme are not asked for.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\((?P<target>[^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(?P<text>.*?) *#*$", re.MULTILINE)
ANCHOR = re.compile(r"""<a (?:id|name)="(?P<name>[^"]+)">""")
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:")


def markdown_files() -> list[str]:
    """Returns the repository's Markdown files, those that are to be committed among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in listed.splitlines() if (ROOT / path).exists()]


def anchors(text: str) -> set[str]:
    """Returns what can follow `#` in a link to a page: its headings as GitHub names them, and HTML's anchors."""
    prose = FENCE.sub("", text)
    found = {match["name"] for match in ANCHOR.finditer(prose)}
    for match in HEADING.finditer(prose):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match["text"])
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        numbered, number = name, 0
        while numbered in found:
            number += 1
            numbered = f"{name}-{number}"
        found.add(numbered)
    return found


def wrong_links(path: str) -> list[str]:
    """Says which links of a file lead nowhere."""
    text = (ROOT / path).read_text()
    # What stands in code is no link; lines keep their numbers.
    prose = FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)
    prose = SPAN.sub(lambda match: "\n" * match[0].count("\n"), prose)
    wrong = []
    for match in LINK.finditer(prose):
        target = match["target"]
        if SCHEME.match(target):
            continue
        file, _, anchor = target.partition("#")
        place = f"{path}:{prose.count(chr(10), 0, match.start()) + 1}"
        found = (ROOT / path).parent / file if file else ROOT / path
        if not found.resolve().is_relative_to(ROOT) or not found.exists():
            wrong.append(f"{place}: there is no file {file}")
        elif anchor and found.suffix == ".md" and anchor not in anchors(found.read_text()):
            wrong.append(f"{place}: {file or path} has no heading for #{anchor}")
    return wrong


def main() -> int:
    files = markdown_files()
    wrong = [line for path in files for line in wrong_links(path)]
    for line in wrong:
        print(line)
    print(f"{len(files)} Markdown files, {len(wrong)} links that lead nowhere")
    return 1 if wrong or not files else 0


if __name__ == "__main__":
    sys.exit(main())
