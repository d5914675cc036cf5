"""Docstrings as Markdown: paragraphs of even length, code left as it is, and links."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping

from wrapping import wrap

_ITEM = re.compile(r"- (.*)", re.DOTALL)
_SECTION = re.compile(r"^Output groups:\n((?:[ ]+.*\n?|\n)+)", re.MULTILINE)


def _blocks(text: str) -> Iterator[str]:
    """Parts a docstring at its empty lines; code with empty lines in it is one block."""
    code: list[str] = []
    for block in re.split(r"\n[ ]*\n", text.strip("\n")):
        if block.startswith("    "):
            code.append(block)
            continue
        if code:
            yield "\n\n".join(code)
            code = []
        yield block
    if code:
        yield "\n\n".join(code)


def _items(block: str) -> list[str]:
    """The items of a list; a paragraph is one."""
    return re.split(r"\n(?=- )", block.strip())


def markdown(text: str, link: Callable[[str], str]) -> str:
    """Writes a docstring as Markdown.

    Args:
        text: the docstring; an example in it is indented by four spaces.
        link: what makes links in a piece of prose.
    """
    written = []
    for block in _blocks(textwrap.dedent(text)):
        if block.startswith("    "):
            code = textwrap.dedent(block)
            language = "sh" if re.match(r"(bazel|aws|#) ", code) else "starlark"
            written.append(f"```{language}\n{code}\n```")
            continue
        lines = []
        for item in _items(block):
            found = _ITEM.match(item)
            prose = link(found[1] if found else item)
            lines += wrap(prose, "- ", "  ") if found else wrap(prose)
        written.append("\n".join(lines))
    return "\n\n".join(written)


def sentence(text: str) -> str:
    """The text as a sentence of its own: with a capital, and a full stop."""
    text = text.strip()
    is_ended = text.endswith((".", ":")) or text.rpartition("\n")[2].startswith("    ")
    return text[:1].upper() + text[1:] + ("" if is_ended else ".")


def summary(text: str) -> str:
    """A docstring's first paragraph."""
    return " ".join(next(_blocks(textwrap.dedent(text)), "").split())


def part_output_groups(text: str) -> tuple[str, dict[str, str]]:
    """Takes the section `Output groups:`, which is written as `Args:` is, out of a docstring.

    Returns:
        The docstring without it, and the groups' descriptions.
    """
    found = _SECTION.search(text)
    if not found:
        return text, {}
    groups: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", textwrap.dedent(found[1]).strip("\n")):
        name, _, description = entry.partition(":")
        groups[name.strip()] = " ".join(description.split())
    return text[: found.start()] + text[found.end() :], groups


def linker(symbols: Mapping[str, str], page: str, own: str = "") -> Callable[[str], str]:
    """Makes what links names of symbols, and of the guides beside the reference, to where they are described.

    Args:
        symbols: the page of each symbol.
        page: the page that is written.
        own: the symbol that is described: it is not linked to itself.
    """

    def target(name: str) -> str:
        anchor = "#" + re.sub(r"[^\w-]", "", name.lower())
        return anchor if symbols[name] == page else symbols[name] + anchor

    def replace(match: re.Match[str]) -> str:
        text = match[0]
        if text.startswith("`"):
            name = text.strip("`")
            return f"[{text}]({target(name)})" if name in symbols and name != own else text
        if text.startswith("docs/"):
            return f"[{text}](../{text.removeprefix('docs/')})"
        return "&lt;"

    return lambda text: re.sub(r"`[^`]*`|\bdocs/\w+\.md(?:#[\w-]+)?|<", replace, text)
