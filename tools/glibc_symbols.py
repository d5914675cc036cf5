#!/usr/bin/env python3
"""Writes elf/src/glibc.txt: which version of glibc was the first to have a function.

Usage: tools/glibc_symbols.py ABILISTS > elf/src/glibc.txt

ABILISTS is zig's lib/libc/glibc/abilists: the functions of glibc, each with the targets and the versions that have it.
Functions that the oldest glibc which is linked for has on x86_64 and AArch64 are left out.
"""

from __future__ import annotations

import sys
import textwrap
from collections import defaultdict
from pathlib import Path

OLDEST = (2, 17, 0)
TARGETS = ["x86_64-linux-gnu", "aarch64-linux-gnu"]

Version = tuple[int, int, int]


class Reader:
    """Takes a file apart from its beginning."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.place = 0

    def byte(self) -> int:
        """A number of one byte."""
        self.place += 1
        return self.content[self.place - 1]

    def text(self) -> str:
        """A text that ends with NUL."""
        end = self.content.index(b"\0", self.place)
        text = self.content[self.place : end].decode()
        self.place = end + 1
        return text

    def number(self) -> int:
        """An unsigned number in LEB128."""
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return number


def first_versions(content: bytes) -> dict[str, Version]:
    """The functions of glibc, each with the first version that has it on one of the targets."""
    reader = Reader(content)
    for _ in range(reader.byte()):  # libraries
        reader.text()
    versions = [(reader.byte(), reader.byte(), reader.byte()) for _ in range(reader.byte())]
    targets = [reader.text() for _ in range(reader.byte())]
    wanted = sum(1 << targets.index(target) for target in TARGETS)
    # A function has an entry for each set of targets that have the same versions of it; its name is before the first.
    entries = reader.byte() | reader.byte() << 8
    first: dict[str, Version] = {}
    name, is_last = "", True
    for _ in range(entries):
        if is_last:
            name = reader.text()
        on_targets = reader.number()
        is_last = bool(reader.byte() & 0x80)
        since: list[Version] = []
        version = 0
        while not version & 0x80:
            version = reader.byte()
            since.append(versions[version & 0x7F])
        if on_targets & wanted:
            first[name] = min([*since, first.get(name, since[0])])
    return first


def main() -> None:
    """Prints the table: a version, and what is new in it."""
    by_version: defaultdict[Version, list[str]] = defaultdict(list)
    for name, version in first_versions(Path(sys.argv[1]).read_bytes()).items():
        if version > OLDEST:
            by_version[version].append(name)
    print("# Made by tools/glibc_symbols.py.")
    for version in sorted(by_version):
        print("{}.{}".format(*version))
        print(textwrap.fill(" ".join(sorted(by_version[version])), 140, initial_indent=" ", subsequent_indent=" "))


if __name__ == "__main__":
    main()
