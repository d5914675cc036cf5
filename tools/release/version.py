#!/usr/bin/env python3
"""Writes a version into all that has the rules' own: MODULE.bazel, Cargo's files, and what the docs tell to declare.

    tools/release/version.py 1.2.3           # writes it
    tools/release/version.py --check 1.2.3   # fails where another stands

Manifests of programs that are no part of the rules keep theirs: examples, tests, the benchmark.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Folders, anywhere in a path, whose manifests have versions of their own.
LEFT_OUT = {"bench", "e2e", "examples", "fuzz", "loom", "tests"}

VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")

MODULE = re.compile(r'(^module\(\n    name = "rules_rust_lambda",\n    version = ")([^"]+)(")', re.MULTILINE)
DECLARED = re.compile(r'(bazel_dep\(name = "rules_rust_lambda", version = ")([^"]+)(")')
MANIFEST = re.compile(r'(^\[(?:workspace\.)?package\]\n(?:[^\[\n].*\n|\n)*?version = ")([^"]+)(")', re.MULTILINE)
# Without a `source`, a package is of the workspace.
LOCKED = r'(\[\[package\]\]\nname = "(?:{names})"\nversion = ")([^"]+)("\n(?!source))'


def tracked(pattern: str) -> list[str]:
    """The files of this repository whose names end so."""
    command = ["git", "ls-files", pattern]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return sorted(listed.stdout.splitlines())


def of_rules(path: str) -> bool:
    return not LEFT_OUT & set(Path(path).parts)


def package_names(manifests: list[str]) -> list[str]:
    """What the packages of the rules are called."""
    found = [
        re.search(r'^\[package\]\nname = "([^"]+)"', (ROOT / path).read_text(), re.MULTILINE) for path in manifests
    ]
    return sorted({name.group(1) for name in found if name})


def places() -> list[tuple[str, re.Pattern[str]]]:
    """The files that hold the version, and what it is found by there; the first is the one that must."""
    manifests = [path for path in tracked("*Cargo.toml") if of_rules(path)]
    locked = re.compile(LOCKED.format(names="|".join(map(re.escape, package_names(manifests)))))
    return [
        ("MODULE.bazel", MODULE),
        *((path, MANIFEST) for path in manifests),
        *((path, locked) for path in tracked("*Cargo.lock")),
        *((path, DECLARED) for path in tracked("*.md") if path != "CHANGELOG.md"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", metavar="VERSION")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where something is to be written")
    arguments = parser.parse_args()
    if not VERSION.fullmatch(arguments.version):
        print(
            f"{arguments.version} is no version: three numbers, as 1.2.3, with or without `-` and more", file=sys.stderr
        )
        return 1
    others = []
    for path, pattern in places():
        text = (ROOT / path).read_text()
        if path == "MODULE.bazel" and not pattern.search(text):
            print("MODULE.bazel has no version, which is looked for behind the module's name", file=sys.stderr)
            return 1
        written = pattern.sub(lambda found: found.group(1) + arguments.version + found.group(3), text)
        if written == text:
            continue
        others.append(path)
        if not arguments.check:
            (ROOT / path).write_text(written)
    for path in others:
        print(f"{path} has another version than {arguments.version}" if arguments.check else path)
    return 1 if arguments.check and others else 0


if __name__ == "__main__":
    sys.exit(main())
