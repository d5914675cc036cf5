"""Breaks paragraphs of Markdown into lines of 120 columns, for all that writes or mends the repository's pages."""

from __future__ import annotations

import re

COLUMNS = 120

# A word, which code and links with spaces in them are a part of: they stay on one line, with what stands at them
# without a space. A backtick or a bracket behind a backslash begins neither.
_WORD = re.compile(r"(?:\\[`\[]|(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|!?\[[^\]]*\]\([^)]*\)|\S)+", re.DOTALL)

# A word that at a line's start would begin a block: an item of a list, a heading or its underline, a ruler, a fence, a
# quotation, HTML, or a table.
_BEGINS_A_BLOCK = re.compile(r"(?:[-+*]|[-=:|]+|[*_]{3,}|#{1,6}|\d{1,9}[.)])$|[<>|]|`{3}|~{3}")


def _pieces(text: str) -> list[str]:
    """Returns the parts of a paragraph that stay on one line.

    They are its words; one that would begin a block at a line's start is in a piece with the word before it.
    """
    pieces: list[str] = []
    for match in _WORD.finditer(text):
        word = re.sub(r"\s*\n\s*", " ", match[0])
        if pieces and _BEGINS_A_BLOCK.match(word):
            pieces[-1] += " " + word
        else:
            pieces.append(word)
    return pieces


def wrap(text: str, first: str = "", rest: str = "") -> list[str]:
    """Breaks a paragraph into lines, none longer than 120 columns where it can be broken.

    A renderer makes the same of it: code and links are left whole, and no line begins a block of its own.

        wrap("some words " * 20, "- ", "  ")  # two lines, which are an item of a list

    Args:
        text: the paragraph; where its lines end now does not matter.
        first: what the first line starts with.
        rest: what the others start with.

    Returns:
        The lines, at least one.
    """
    lines: list[str] = []
    line = first
    is_begun = False
    for piece in _pieces(text):
        if not is_begun:
            line += piece
        elif len(line) + 1 + len(piece) <= COLUMNS:
            line += " " + piece
        else:
            lines.append(line)
            line = rest + piece
        is_begun = True
    return [*lines, line.rstrip()]
