#!/usr/bin/env python3
"""Finds lines of prose in Markdown that are longer than 120 columns, and links that lead nowhere in the repository.

With `--write`, the paragraphs of long lines are wrapped.

    tools/lint.sh                        # runs it, in an environment that has markdown-it-py
    tools/markdown.py [--write] FILE…

Code, tables and headings are as long as they are. Wrapped text is what it was: the page that a renderer makes of it
must be the same, or nothing is written.
"""

from __future__ import annotations

import argparse
import re
import sys
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from wrapping import COLUMNS, wrap


def parser() -> MarkdownIt:
    """Returns a parser of what the repository's pages use."""
    return MarkdownIt("commonmark").enable("table")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Returns the lines of each paragraph of prose: its first one, counted from 0, and the one behind its last."""
    tokens = parser().parse(text)
    return [(token.map[0], token.map[1]) for token in tokens if token.type == "paragraph_open" and token.map]


def long_lines(text: str) -> list[int]:
    """Returns the numbers of the lines of prose that are too long and could be broken, counted from 1."""
    lines = text.split("\n")
    return [
        number + 1
        for first, end in paragraphs(text)
        for number in range(first, end)
        if len(lines[number]) > COLUMNS and len(filled([lines[number]])) > 1
    ]


def anchors(text: str) -> set[str]:
    """Returns what links name a page's headings by, as GitHub makes it."""
    tokens = parser().parse(text)
    headings = [following.content for token, following in pairwise(tokens) if token.type == "heading_open"]
    made: dict[str, int] = {}
    for heading in headings:
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|`", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        made[anchor] = made.get(anchor, 0) + 1
    return {f"{anchor}-{turn}" if turn else anchor for anchor, times in made.items() for turn in range(times)}


def dead_links(file: Path, text: str) -> list[tuple[int, str]]:
    """Returns the links of a page to files or headings that there are not, with the lines of their paragraphs."""
    dead = []
    for token in parser().parse(text):
        for child in token.children or []:
            link = str(child.attrs.get("href") or child.attrs.get("src") or "")
            if not link or re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = file.parent / unquote(path) if path else file
            found = target.exists()
            if found and anchor and target.suffix == ".md":
                found = anchor in anchors(target.read_text(encoding="utf-8"))
            if not found:
                dead.append(((token.map or [0])[0] + 1, link))
    return dead


def filled(lines: list[str]) -> list[str]:
    """Returns a paragraph's lines anew, none longer than need be; all but the first are indented as in a list."""
    match = re.match(r"\s*(?:(?:[-+*]|\d+[.)]|>)\s+)*", lines[0])
    lead = match.group(0) if match else ""
    indent = re.sub(r"[^\s>]", " ", lead)
    text = "\n".join([lines[0][len(lead) :], *(line.removeprefix(indent) for line in lines[1:])])
    return wrap(text, lead, indent)


def wrapped(text: str) -> str:
    """Returns a page whose paragraphs with a line that is too long are wrapped.

    Raises:
      ValueError: a renderer would make another page of it.
    """
    lines = text.split("\n")
    long = set(long_lines(text))
    # From the last one, so that the numbers of the lines before hold.
    for first, end in sorted(paragraphs(text), reverse=True):
        if long & set(range(first + 1, end + 1)):
            lines[first:end] = filled(lines[first:end])
    made = "\n".join(lines)
    if parser().render(made).split() != parser().render(text).split():
        raise ValueError("wrapping it would change what it says; break its long lines by hand")
    return made


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true", help="wrap the files")
    arguments.add_argument("files", nargs="*", type=Path, metavar="FILE")
    given = arguments.parse_args()
    status = 0
    for file in given.files:
        text = file.read_text(encoding="utf-8")
        if given.write:
            try:
                made = wrapped(text)
            except ValueError as error:
                print(f"{file}: {error}", file=sys.stderr)
                status = 1
                continue
            if made != text:
                file.write_text(made, encoding="utf-8")
        else:
            for number in long_lines(text):
                print(
                    f"{file}:{number}: longer than {COLUMNS} columns; `tools/check --write` wraps it", file=sys.stderr
                )
                status = 1
        for number, link in dead_links(file, text):
            print(f"{file}:{number}: {link} leads nowhere", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
