#!/usr/bin/env python3
"""Builds the programs of the module `native_crates`, runs them on both architectures, and prints a table.

    e2e/native_crates.py
    e2e/native_crates.py cxx zstd                       # some programs
    e2e/native_crates.py --openssl                      # and vendored OpenSSL, which takes Perl and make
    e2e/native_crates.py --flag=--disk_cache=DIR        # with an option for `bazel test`

Each program answers by what its crate's C, C++ or assembly does, in a zip for a runtime with glibc 2.26 and in one with
2.34. A cell says how far it came: built, loaded by Lambda's client, ran as its test expects; or the first step that
failed, and why. Those for arm64 are run by qemu-user, as a Graviton2's processor. A Linux on x86_64 is asked for, with
Debian's `apt-get`.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODULE = HERE / "native_crates"
BAZEL = str(HERE.parent / "tools/bazel")

ARCHITECTURES = {"x86_64": [], "arm64": ["--config=arm64"]}
GLIBCS = {"2.26": "2_26", "2.34": "2_34"}

# What a client or Python says of a module that it can't load.
NOT_LOADED = re.compile(r"ImportModuleError|ImportError|OSError|undefined symbol|cannot allocate memory in static TLS")
# A line of a failed action that says more than that it failed.
TELLING = re.compile(r"\b(error|panicked|undefined|would not|fatal)\b|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Program:
    """A row: a program, and the crate that it is about."""

    name: str
    crate: str
    has: str
    package: str = ""

    def version(self) -> str:
        """Returns the crate's version, as Cargo's lock file has it, without what it holds."""
        lock = (MODULE / self.package / "Cargo.lock").read_text()
        found = re.search(rf'^name = "{re.escape(self.crate)}"\nversion = "([^"+]+)', lock, re.MULTILINE)
        if not found:
            raise SystemExit(f"{MODULE / self.package}/Cargo.lock has no {self.crate}")
        return found.group(1)

    def label(self, glibc: str, kind: str) -> str:
        """Returns the label of its zip or test."""
        return f"//{self.package}:{self.name}_{GLIBCS[glibc]}_{kind}"


PROGRAMS = [
    Program("cxx", "cxx", "C++"),
    Program("onig", "onig_sys", "C; bindgen, when it is built"),
    Program("tree_sitter", "tree-sitter", "C; bindings that bindgen made before"),
    Program("zstd", "zstd-sys", "C, assembly"),
    Program("sqlite", "libsqlite3-sys", "C"),
    Program("ring", "ring", "C, assembly"),
    Program("aws_lc", "aws-lc-sys", "C, assembly"),
    Program("brotli", "brotlic-sys", "C"),
    Program("lz4", "lz4-sys", "C"),
    Program("mimalloc", "libmimalloc-sys", "C"),
    Program("jemalloc", "tikv-jemalloc-sys", "C"),
]
OPENSSL = Program("openssl", "openssl-sys", "C, assembly", "openssl")


def text_of(uri: str) -> str:
    """Returns what a file of a build's events holds."""
    return Path(urllib.parse.unquote(urllib.parse.urlparse(uri).path)).read_text(errors="replace")


def first_telling(text: str) -> str:
    """Returns the first line that says what is wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if TELLING.search(line)), lines[0] if lines else "no reason was given")


class Outcomes:
    """What one run of Bazel's came to, by its events."""

    def __init__(self, events: Iterable[dict[str, Any]]) -> None:
        self.built: set[str] = set()
        self.logs: dict[str, tuple[bool, str]] = {}
        # By the label of what was to be built, the outputs whose actions failed; by these, what the actions wrote.
        self.causes: dict[str, list[str]] = {}
        self.failures: dict[str, str] = {}
        # By label, why nothing of it was tried.
        self.aborted: dict[str, str] = {}
        for event in events:
            self._read(event)

    def _read(self, event: dict[str, Any]) -> None:
        of = event["id"]
        if "targetCompleted" in of and "completed" in event:
            label = of["targetCompleted"]["label"].removeprefix("@@")
            if event["completed"].get("success"):
                self.built.add(label)
            else:
                children = [child.get("actionCompleted", {}) for child in event.get("children", [])]
                self.causes[label] = [child["primaryOutput"] for child in children if "primaryOutput" in child]
        elif "targetCompleted" in of and "aborted" in event:
            self.aborted[of["targetCompleted"]["label"].removeprefix("@@")] = event["aborted"].get("description", "")
        elif "actionCompleted" in of and not event.get("action", {}).get("success"):
            stderr = event.get("action", {}).get("stderr", {}).get("uri", "")
            self.failures[of["actionCompleted"]["primaryOutput"]] = text_of(stderr) if stderr else ""
        elif "testResult" in of:
            outputs = event["testResult"].get("testActionOutput", [])
            log = next((text_of(output["uri"]) for output in outputs if output["name"] == "test.log"), "")
            label = of["testResult"]["label"].removeprefix("@@")
            self.logs[label] = (event["testResult"]["status"] == "PASSED", log)

    def cell(self, program: Program, glibc: str) -> str:
        """Says how far a program came."""
        zip, test = program.label(glibc, "zip"), program.label(glibc, "test")
        if zip not in self.built:
            texts = [self.failures.get(cause, "") for cause in self.causes.get(zip, [])]
            return f"not built: {first_telling(''.join(texts) or self.aborted.get(zip, ''))}"
        passed, log = self.logs.get(test, (False, "it was not run"))
        if passed:
            return "built, loaded, ran"
        not_loaded = [line for line in log.splitlines() if NOT_LOADED.search(line)]
        if not_loaded:
            return f"built; not loaded: {not_loaded[0].strip()}"
        failed = log.partition("FAILED\n")[2] or log
        return f"built, loaded; failed: {first_telling(failed)}"


def run(programs: list[Program], options: list[str], startup: list[str]) -> Outcomes:
    """Builds the zips of an architecture, and runs their tests."""
    labels = [program.label(glibc, kind) for program in programs for glibc in GLIBCS for kind in ("zip", "test")]
    with tempfile.NamedTemporaryFile(suffix=".json") as events:
        done = subprocess.run(
            [
                BAZEL,
                *startup,
                "test",
                "--keep_going",
                "--noshow_progress",
                f"--build_event_json_file={events.name}",
                # An emulated processor is slow.
                "--test_arg=--timeout-seconds=120",
                "--test_timeout=600",
                *options,
                *labels,
            ],
            cwd=MODULE,
            stdout=sys.stderr,
        )
        lines = Path(events.name).read_text().splitlines()
    # 1: something was not built. 3: a test failed. The table says which.
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"bazel test: {done.returncode}")
    return Outcomes(json.loads(line) for line in lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [program.name for program in PROGRAMS]
    parser.add_argument("program", nargs="*", help=f"of {', '.join(names)}; all by default")
    parser.add_argument("--openssl", action="store_true", help="vendored OpenSSL as well: it takes Perl and make")
    parser.add_argument("--flag", action="append", default=[], metavar="OPTION", help="an option of `bazel test`")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.program if name not in names]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}, only {', '.join(names)}")
    programs = [program for program in PROGRAMS if program.name in arguments.program or not arguments.program]
    programs += [OPENSSL] if arguments.openssl else []
    outcomes = {
        architecture: run(programs, options + arguments.flag, arguments.startup)
        for architecture, options in ARCHITECTURES.items()
    }
    columns = [(architecture, glibc) for architecture in ARCHITECTURES for glibc in GLIBCS]
    print("| crate | has | " + " | ".join(f"{architecture}, {glibc}" for architecture, glibc in columns) + " |")
    print("|---" * (2 + len(columns)) + "|")
    all_ran = True
    for program in programs:
        cells = [outcomes[architecture].cell(program, glibc) for architecture, glibc in columns]
        all_ran = all_ran and all(cell == "built, loaded, ran" for cell in cells)
        print(f"| `{program.crate}` {program.version()} | {program.has} | {' | '.join(cells)} |")
    return 0 if all_ran else 1


if __name__ == "__main__":
    sys.exit(main())
