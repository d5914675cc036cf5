#!/usr/bin/env python3
"""Does what pages of the documentation tell to do, and compares what comes of it with what they show.

    e2e/documented_commands.py [--startup OPTION]…

README.md's commands are run in this repository. docs/getting_started.md is followed from a folder that holds a clone:

- a block with `file=PATH` is the file's content;
- a block of `sh` holds commands, which must succeed; what they print has the lines of the block of `text` behind it,
  among others and in their order, where `…` stands for anything;
- a block of `sh background` is a terminal of its own, and a block of `text background` is what appears there next;
- a block of `sh aws` needs an account, and is left out.
"""

from __future__ import annotations

import argparse
import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rules_rust_lambda/documented_commands"

# Seconds until a terminal of its own shows what it should: the first start of a server compiles it.
PATIENCE = 900

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Failure(Exception):
    """Something did not go as a page says."""


@dataclass(frozen=True)
class Block:
    """A block of code of a page."""

    line: int
    language: str
    marks: frozenset[str]
    file: str | None
    text: str


def blocks(page: str) -> list[Block]:
    """Returns the fenced blocks of a page."""
    found = []
    for match in FENCE.finditer(page):
        language, *marks = match.group(1).split() or [""]
        file = next((mark.removeprefix("file=") for mark in marks if mark.startswith("file=")), None)
        line = page.count("\n", 0, match.start()) + 1
        found.append(Block(line, language, frozenset(marks), file, match.group(2)))
    return found


def missing(expected: str, lines: list[str]) -> list[str]:
    """Returns what of the lines of a block of output is not among those that there are, in this order."""
    rest = [line.rstrip() for line in expected.splitlines() if line.strip()]
    for line in lines:
        if rest and re.fullmatch(".*?".join(re.escape(part) for part in rest[0].split("…")), line.rstrip()):
            rest.pop(0)
    return rest


def compare(output: str, expected: str) -> None:
    """Compares what commands wrote with what a page shows.

    Raises:
      Failure: a line is not there, or not where it should be.
    """
    rest = missing(expected, output.splitlines())
    if rest:
        raise Failure(f"`{rest[0]}` is not in what the commands wrote:\n{output}")


class Background:
    """A terminal of its own: what it shows is collected while it runs."""

    def __init__(self, commands: str, folder: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "-e", "-c", commands],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: list[str] = []
        self._seen = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.append(line)

    def await_lines(self, expected: str, patience: float = PATIENCE) -> None:
        """Waits until lines appear that have not been waited for before, for so many seconds.

        Raises:
          Failure: they did not, or the terminal's commands have ended.
        """
        deadline = time.monotonic() + patience
        while rest := missing(expected, self._lines[self._seen :]):
            ended = self._process.poll()
            if ended is not None or time.monotonic() > deadline:
                state = "goes on" if ended is None else f"ended with {ended}"
                raise Failure(f"`{rest[0]}` did not appear; it {state}, and showed:\n{self.shown()}")
            time.sleep(0.2)
        self._seen = len(self._lines)

    def shown(self) -> str:
        """Returns what it has shown until now."""
        return "".join(self._lines)

    def has_ended(self) -> bool:
        """Whether its commands have ended."""
        return self._process.poll() is not None

    def interrupt(self) -> int:
        """Ends it as Ctrl-C does, and returns its exit code: that of a signal if it did not end by itself."""
        if not self.has_ended():
            os.killpg(self._process.pid, signal.SIGINT)
        try:
            return self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()


class Terminal:
    """Where a page's commands are run: a folder that `cd` changes, and a PATH with a `bazel`."""

    def __init__(self, folder: Path, startup: list[str], cache: Path = CACHE) -> None:
        self.folder = folder
        self._where = cache / "folder"
        commands = cache / "bin"
        commands.mkdir(parents=True, exist_ok=True)
        bazel = commands / "bazel"
        options = "".join(" " + shlex.quote(option) for option in startup)
        bazel.write_text(f'#!/bin/sh\nexec "{ROOT}/tools/bazel"{options} "$@"\n')
        bazel.chmod(0o755)
        self.environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}"}

    def run(self, commands: str) -> str:
        """Runs commands, and returns what they wrote.

        Raises:
          Failure: one of them failed.
        """
        ran = subprocess.run(
            ["bash", "-e", "-c", f'{commands}\npwd >"{self._where}"'],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if ran.returncode:
            raise Failure(f"{commands.rstrip()}: ended with {ran.returncode}:\n{ran.stdout}")
        self.folder = Path(self._where.read_text().rstrip("\n"))
        return ran.stdout


def follow(page: Path, startup: list[str]) -> int:
    """Does what a page says from a folder that holds a clone of this repository; returns how many commands it ran.

    Raises:
      Failure: something did not go as the page says.
    """
    folder = CACHE / page.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "rules_rust_lambda").symlink_to(ROOT)
    terminal = Terminal(folder, startup)
    background: Background | None = None
    # What compares the block of output that may be next.
    shown: Callable[[str], None] | None = None
    ran = 0
    line = 0
    try:
        for block in blocks(page.read_text()):
            line = block.line
            if block.language == "text" and "background" in block.marks and background:
                background.await_lines(block.text)
                continue
            if block.language == "text" and not block.file and shown:
                shown(block.text)
            shown = None
            if block.file:
                path = terminal.folder / block.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text)
            elif block.language == "sh" and block.marks <= {"background"}:
                print(block.text, end="", flush=True)
                ran += len(block.text.splitlines())
                if block.marks:
                    if background:
                        background.interrupt()
                    background = Background(block.text, terminal.folder, terminal.environment)
                    shown = background.await_lines
                else:
                    shown = functools.partial(compare, terminal.run(block.text))
        if not ran:
            raise Failure("has no command")
    except Failure as failure:
        raise Failure(f"{page.relative_to(ROOT)}:{line}: {failure}") from failure
    finally:
        if background:
            background.interrupt()
        subprocess.run(["bazel", "shutdown"], cwd=terminal.folder, env=terminal.environment, check=False)
    return ran


def run_readme(startup: list[str]) -> int:
    """Runs README.md's commands; returns how many.

    Raises:
      Failure: one of them failed.
    """
    commands = re.findall(r"^    tools/(bazel .*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    # All tests are run by themselves.
    commands = [command for command in commands if command != "bazel test //..."]
    if not commands:
        raise Failure("README.md: has no command")
    terminal = Terminal(ROOT, startup)
    for command in commands:
        print(f"tools/{command}", flush=True)
        try:
            terminal.run(command)
        except Failure as failure:
            raise Failure(f"README.md: {failure}") from failure
    return len(commands)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    startup: list[str] = parser.parse_args().startup
    passed = failed = 0
    for run in (run_readme, lambda options: follow(ROOT / "docs/getting_started.md", options)):
        try:
            passed += run(startup)
        except Failure as failure:
            print(failure, file=sys.stderr)
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
