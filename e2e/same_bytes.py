#!/usr/bin/env python3
"""Builds the zips of `examples/hello` in ways that must not matter, and compares their bytes; prints a table.

Each row is a build from nothing: in this folder, or in a clone at another path; by another user's environment, with
another umask; with another `-c`, number of jobs, or strategy; remotely; with Bazel's path mapping. Where zips differ,
the file in them and, of an ELF file, the section is named that differs first.

    e2e/same_bytes.py [--row elsewhere] [--zip lambda_zip]

What is committed is built in the clone, so commit before. It takes as long as that many builds from nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from support.builds import ROOT, Build, bazel, scratch
from support.executor import executor, remote_flags
from support.zips import difference

PACKAGE = "examples/hello"
# Those of the first row are what the others are compared with.
ZIPS = ["lambda_zip", "arm64_zip", "system_zip", "os_only_zip"]


@dataclass(frozen=True)
class Row:
    """A way to build."""

    flags: list[str] = field(default_factory=list)
    # Whether it is built in a clone, at another path.
    clone: bool = False
    # Of another user.
    environment: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    # Whether actions run on a remote execution service.
    remote: bool = False


ROWS = {
    "here": Row(),
    "elsewhere": Row(
        flags=["-c", "opt", "--jobs=1", "--spawn_strategy=local"],
        clone=True,
        environment={
            "LANG": "de_DE.UTF-8",
            "LC_ALL": "C",
            "LOGNAME": "other",
            "TZ": "Pacific/Chatham",
            "USER": "other",
        },
        umask=0o077,
    ),
    "mapped": Row(
        flags=[
            *["-c", "dbg", "--jobs=8", "--experimental_output_paths=strip"],
            # As on macOS.
            "--cpu=darwin_arm64",
            # Actions run as `nobody`; what is not to be stamped is not.
            *["--sandbox_fake_username", "--stamp", "--embed_label=a_label"],
        ],
    ),
    "remote": Row(remote=True),
}


def environment_of(row: Row, home: Path) -> dict[str, str]:
    """Returns a row's environment, with a home of its own; what is there already to build with is found yet."""
    if not row.environment:
        return {}
    home.mkdir()
    kept = {"XDG_CACHE_HOME": ".cache", "RUSTUP_HOME": ".rustup", "CARGO_HOME": ".cargo"}
    found = {name: os.environ.get(name) or str(Path.home() / path) for name, path in kept.items()}
    return row.environment | found | {"HOME": str(home)}


def build(name: str, row: Row, zips: list[str], folder: Path) -> tuple[Build, dict[str, bytes]]:
    """Builds a row in a folder; returns the zips by their names."""
    workspace = ROOT
    if row.clone:
        workspace = folder / "a/clone/that/lies/elsewhere"
        subprocess.run(["git", "clone", "--quiet", ROOT, workspace], check=True)
    targets = [f"//{PACKAGE}:{zip}" for zip in zips]
    environment = environment_of(row, folder / "home")
    with contextlib.ExitStack() as stack:
        # Of another length, too.
        run = stack.enter_context(bazel(folder / f"output_root_{name}", workspace, environment, row.umask))
        run.fetch(row.flags, targets)
        flags = row.flags
        if row.remote:
            flags = [*flags, *remote_flags(stack.enter_context(executor(folder / "storage")))]
        built = run.build(flags, targets)
        return built, {zip: run.output(f"{PACKAGE}/{zip}.zip", row.flags) for zip in zips}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--row", action="append", choices=list(ROWS)[1:], help="compared with the first; all by default"
    )
    parser.add_argument("--zip", action="append", choices=ZIPS, help="what is built; all by default")
    arguments = parser.parse_args()
    zips: list[str] = arguments.zip or ZIPS
    first, *others = ROWS
    reference: dict[str, bytes] = {}
    differences: dict[str, str] = {}
    passed = 0
    print(f"| row | {' | '.join(zips)} | actions |", flush=True)
    print("|---" * (len(zips) + 2) + "|", flush=True)
    for name in [first, *(arguments.row or others)]:
        with scratch("same_bytes") as folder:
            built, made = build(name, ROWS[name], zips, folder)
        reference = reference or made
        digests = [hashlib.sha256(made[zip]).hexdigest()[:12] for zip in zips]
        print(f"| {name} | {' | '.join(digests)} | {built} |", flush=True)
        for zip in zips if name != first else []:
            where = difference(reference[zip], made[zip])
            if where is None:
                passed += 1
            else:
                differences[f"{zip}, {first} and {name}"] = where
    for which, where in differences.items():
        print(f"DIFFERS: {which}: {where}")
    print(f"{passed} passed, {len(differences)} failed")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
