"""Reads protocol buffers in their text format, as far as Bazel writes it.

https://protobuf.dev/reference/protobuf/textformat-spec
"""

from __future__ import annotations

import re
from typing import Union

Value = Union[str, int, "Message"]
# The values of each field, by its name. An enum's value, and a boolean, is a str.
Message = dict[str, list[Value]]

_TOKEN = re.compile(r'\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<number>-?\d+)|(?P<mark>[{}:]))')
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped[:1] in b"01234567":
        return bytes([int(escaped, 8)])
    return _LETTERS.get(escaped, escaped)


class _Tokens:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def at_end(self) -> bool:
        return not self.text[self.place :].strip()

    def take(self) -> tuple[str, str]:
        """The next token, and its kind."""
        match = _TOKEN.match(self.text, self.place)
        if not match or not match.lastgroup:
            rest = self.text[self.place :].lstrip()
            line = self.text.count("\n", 0, len(self.text) - len(rest)) + 1
            raise ValueError(f"line {line}: this is no text format: {rest[:40]!r}")
        self.place = match.end()
        return match.lastgroup, match[match.lastgroup]

    def expect(self, *marks: str) -> str:
        """The next token, which must be one of these."""
        _, text = self.take()
        if text not in marks:
            line = self.text.count("\n", 0, self.place) + 1
            raise ValueError(f"line {line}: {text!r} stands where {' or '.join(marks)} must")
        return text


def _value(tokens: _Tokens) -> Value:
    kind, text = tokens.take()
    if kind == "string":
        return _ESCAPE.sub(_unescape, text[1:-1].encode()).decode()
    return int(text) if kind == "number" else text


def _message(tokens: _Tokens, nested: bool) -> Message:
    message: Message = {}
    while not tokens.at_end():
        _, name = tokens.take()
        if name == "}" and nested:
            return message
        is_message = tokens.expect(":", "{") == "{"
        message.setdefault(name, []).append(_message(tokens, nested=True) if is_message else _value(tokens))
    if nested:
        raise ValueError("the text ends in the midst of a message")
    return message


def parse(text: str) -> Message:
    """Reads a message.

    Raises:
        ValueError: it is not in the text format.
    """
    return _message(_Tokens(text), nested=False)
