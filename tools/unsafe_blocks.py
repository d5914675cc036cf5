#!/usr/bin/env python3
"""Lists the unsafe code of what runs on Lambda and of the tools, each with the reason why it is sound.

    tools/unsafe_blocks.py            # writes docs/unsafe.md
    tools/unsafe_blocks.py --check    # fails where that is not current, or a reason is missing

A reason is the `SAFETY:` comment above a block or an `impl`, and the section `# Safety` of a function's documentation,
which one that C code calls may be without. Tests, examples and the benchmark are left out, and so are declarations
(`unsafe extern`), types and attributes, which run nothing by themselves.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wrapping import wrap

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/unsafe.md"

# Folders, anywhere in a path, whose code is of no library and no tool.
LEFT_OUT = {"bench", "e2e", "examples", "loom", "samples", "tests"}

HEAD = """\
# Unsafe code

What is `unsafe` in the code that runs on Lambda and in the tools, and why it is sound. `tools/unsafe_blocks.py` writes
this page from the `SAFETY:` comments and the sections `# Safety` in the sources, and `tools/lint.sh` checks that each
has one, and that this page is current.

Of a function it says what its callers promise; of a block or an `impl`, why the promise is kept. Tests, examples and
the benchmark are left out. Crates that are not named here have none.
"""

TOKEN = re.compile(
    r"""
      (?P<doc>///(?!/)[^\n]*|//![^\n]*)
    | (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>(?:b|c|br|cr|r)?\#*")
    | (?P<char>b?'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.))')
    | (?P<word>\#?'?[A-Za-z_]\w*)
    | (?P<mark>[^\s\w])
    | (?P<number>\d\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Token:
    """A word, a mark, a comment or a string."""

    kind: str
    text: str
    line: int


@dataclass
class Item:
    """What a brace belongs to."""

    name: str = ""
    is_test: bool = False
    # Of an `impl`, the trait.
    trait: str = ""
    # How many parentheses and brackets were open before it.
    depth: int = 0


@dataclass
class Unsafe:
    """An unsafe block, function or `impl`."""

    file: str
    line: int
    where: str
    kind: str
    reason: str


def tokens(text: str) -> Iterator[Token]:
    """Takes Rust apart, as far as braces, comments and strings go."""
    position, line = 0, 1
    while position < len(text):
        found = TOKEN.match(text, position)
        if not found:
            end = position + 1
        elif found.lastgroup == "string":
            opening = found.group("string")
            is_raw = "r" in opening.partition('"')[0]
            if "#" in opening and not is_raw:
                # A mark before a string.
                yield Token("mark", "#", line)
                end = position + 1
            elif is_raw:
                closing = '"' + opening.count("#") * "#"
                end = text.index(closing, found.end()) + len(closing)
                yield Token("string", text[position:end], line)
            else:
                end = found.end()
                while text[end] != '"':
                    end += 2 if text[end] == "\\" else 1
                end += 1
                yield Token("string", text[position:end], line)
        else:
            end = found.end()
            kind = found.lastgroup or ""
            yield Token(kind, found.group(0), line)
        line += text.count("\n", position, end)
        position = end


def cleaned(lines: list[str]) -> str:
    """Joins the lines of a comment."""
    return " ".join(line.strip() for line in lines if line.strip())


def safety_comment(before: list[Token]) -> str:
    """The `SAFETY:` comment above the statement, the match arm or the item whose tokens end `before`."""
    index = len(before) - 1
    while index >= 0:
        token = before[index]
        if token.kind == "comment":
            first = index
            while first > 0 and before[first - 1].kind == "comment":
                first -= 1
            lines = [comment.text.removeprefix("//").strip() for comment in before[first : index + 1]]
            starts = [number for number, line in enumerate(lines) if line.startswith("SAFETY:")]
            if starts:
                lines = lines[starts[-1] :]
                return cleaned([lines[0].removeprefix("SAFETY:"), *lines[1:]])
            index = first - 1
            continue
        if token.text in (";", "{", "}"):
            return ""
        index -= 1
    return ""


def safety_section(before: list[Token]) -> str:
    """The section `# Safety` of the documentation of the item whose tokens end `before`."""
    lines: list[str] = []
    for token in reversed(before):
        if token.kind == "doc":
            lines.insert(0, token.text[3:].strip())
        elif token.text in (";", "{", "}"):
            break
    if "# Safety" not in lines:
        return ""
    section = lines[lines.index("# Safety") + 1 :]
    ends = [number for number, line in enumerate(section) if line.startswith("# ")]
    return cleaned(section[: ends[0]] if ends else section)


def words_until(code: list[Token], start: int, ends: tuple[str, ...]) -> list[str]:
    """The texts of tokens from one on, up to one of some."""
    found = []
    for token in code[start:]:
        if token.text in ends:
            break
        if token.kind not in ("comment", "doc"):
            found.append(token.text)
    return found


def implemented(header: list[str]) -> tuple[str, str]:
    """The type and the trait of an `impl`, by the tokens behind that word."""
    plain: list[str] = []
    depth = 0
    for word in header:
        depth += {"<": 1, ">": -1}.get(word, 0)
        if depth == 0 and word != ">":
            plain.append(word)
    if "where" in plain:
        plain = plain[: plain.index("where")]
    trait = "".join(plain[: plain.index("for")]) if "for" in plain else ""
    named = plain[plain.index("for") + 1 :] if "for" in plain else plain
    return "".join(word for word in named if word not in ("&", "mut")), trait


@dataclass
class Scan:
    """Finds the unsafe code of a file."""

    file: str
    code: list[Token]
    found: list[Unsafe] = field(default_factory=list)
    stack: list[Item] = field(default_factory=list)
    # What the next brace opens.
    pending: Item | None = None
    # How many parentheses and brackets are open.
    depth: int = 0

    def where(self, last: str = "") -> str:
        names = [item.name for item in self.stack if item.name]
        return "::".join([*names, last] if last else names)

    def add(self, index: int, kind: str, where: str, reason: str) -> None:
        if not any(item.is_test for item in self.stack):
            self.found.append(Unsafe(self.file, self.code[index].line, where, kind, reason))

    def run(self) -> list[Unsafe]:
        for index, token in enumerate(self.code):
            if token.kind in ("comment", "doc", "string"):
                continue
            self.step(index, token.text)
        return self.found

    def step(self, index: int, text: str) -> None:
        follows = [token.text for token in self.code[index + 1 : index + 5]]
        if text == "{":
            self.stack.append(self.pending or Item())
            self.pending = None
        elif text == "}" and self.stack:
            self.stack.pop()
        elif text in ("(", "["):
            self.depth += 1
        elif text in (")", "]"):
            self.depth -= 1
        elif text == ";" and self.pending and self.pending.depth == self.depth:
            self.pending = None
        elif text in ("fn", "mod", "trait", "macro_rules") and follows:
            name = follows[1] if text == "macro_rules" else follows[0]
            if re.match(r"\w", name) or name == "$":
                name = name if name != "$" else "$" + follows[1]
                is_test = text == "mod" and self.is_for_tests(index)
                mark = "!" if text == "macro_rules" else ""
                self.pending = Item(name=name + mark, is_test=is_test, depth=self.depth)
        elif text == "impl" and self.code[index - 1].text not in ("(", ",", ":", ">", "&", "=", "<"):
            name, trait = implemented(words_until(self.code, index + 1, ("{", ";")))
            self.pending = Item(name=name, trait=trait, depth=self.depth)
        elif text == "unsafe" and follows:
            self.unsafe(index, follows)

    def is_for_tests(self, index: int) -> bool:
        before = "".join(token.text for token in self.code[max(0, index - 12) : index])
        return "cfg(test)" in before

    def unsafe(self, index: int, follows: list[str]) -> None:
        before = self.code[:index]
        if follows[0] == "{":
            self.add(index, "block", self.where(), safety_comment(before))
        elif follows[0] == "impl":
            name, trait = implemented(words_until(self.code, index + 2, ("{", ";")))
            self.add(index, "impl", f"{trait} for {name}", safety_comment(before))
        elif "fn" in follows[:3]:
            name = follows[follows.index("fn") + 1] if follows.index("fn") + 1 < len(follows) else ""
            if not re.match(r"[\w$]", name):
                return
            if name == "$":
                name += self.code[index + 2 + follows.index("fn") + 1].text
            reason = safety_section(before) or safety_comment(before)
            trait = self.stack[-1].trait if self.stack else ""
            if trait and not reason:
                reason = f"what `{trait}` says of it."
            if follows[0] == "extern" and not reason:
                reason = "C code calls it; what that promises, its blocks say."
            self.add(index, "function", self.where(name), reason)


def sources() -> list[str]:
    """The Rust files of libraries and tools."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return sorted(path for path in listed if (ROOT / path).exists() and not LEFT_OUT & set(Path(path).parts))


def page(found: list[Unsafe]) -> str:
    """The page's text."""
    text = HEAD
    by_file: dict[str, list[Unsafe]] = {}
    for each in found:
        by_file.setdefault(each.file, []).append(each)
    for file, those in by_file.items():
        text += f"\n## {file}\n\n"
        # What stands twice in one function for one reason is told once.
        entries = [f"`{each.where}` ({each.kind}): {each.reason}" for each in those]
        text += "".join(line + "\n" for entry in dict.fromkeys(entries) for line in wrap(entry, "- ", "  "))
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where something is to be written")
    arguments = parser.parse_args()
    found = [each for path in sources() for each in Scan(path, list(tokens((ROOT / path).read_text()))).run()]
    wrong = [
        f"{each.file}:{each.line}: the unsafe {each.kind} in `{each.where}` has no reason; "
        + (
            "say in `# Safety` what its callers promise"
            if each.kind == "function"
            else "say it in `// SAFETY: …` above"
        )
        for each in found
        if not each.reason
    ]
    text = page(found)
    if arguments.check:
        if not PAGE.exists() or PAGE.read_text() != text:
            wrong.append(f"{PAGE.relative_to(ROOT)} is not current; run tools/unsafe_blocks.py")
    elif not wrong:
        PAGE.write_text(text)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
