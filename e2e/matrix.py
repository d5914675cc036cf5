#!/usr/bin/env python3
"""Builds and tests the modules beside this file in the ways that a user's workspace may differ; prints a table.

    e2e/matrix.py smoke [--strict]
    RULE_SETS=DIR e2e/matrix.py current     # on a machine that reaches package registries only, see CONTRIBUTING.md

Each row is a copy of the module: with a host's C toolchain registered by the root and rules_cc declared before the
rules, or rules_cc declared after them and nothing registered; with Bazel as it is, or as strict as its successors
(`--config=strict`); with each of the versions of Rust that are named by `--rust`. A row passes if its tests do, and if
every program and library for Lambda was linked by the rules' own linker. The digests are those of the zips: they are
the same whatever is declared first and registered. As strict as its successors, Bazel names repositories in another
way, which is in what rustc makes of their paths.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BAZEL = str(HERE.parent / "tools/bazel")
ZIPS = ["lambda_zip", "os_only_zip"]

HOST_TOOLCHAIN = """
cc_configure = use_extension("@rules_cc//cc:extensions.bzl", "cc_configure_extension")
use_repo(cc_configure, "local_config_cc_toolchains")

register_toolchains("@local_config_cc_toolchains//:all")
"""


@dataclass(frozen=True)
class Row:
    """A way to build a module."""

    module: str
    rules_cc: str
    strict: bool
    rust: str


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    passed: bool
    seconds: int
    digests: tuple[str, ...]
    wrong: str


def adapted(module_bazel: str, row: Row) -> str:
    """Returns the text of MODULE.bazel for a row."""
    declared = re.search(r'^bazel_dep\(name = "rules_cc", version = "([^"]+)"\)\n', module_bazel, re.MULTILINE)
    line = declared.group(0) if declared else 'bazel_dep(name = "rules_cc", version = "0.0.11")\n'
    text = module_bazel.replace(line, "").replace(HOST_TOOLCHAIN, "")
    if row.rules_cc == "first":
        text = re.sub(r"^(module\(.*?\)\n)", rf"\1\n{line}", text, count=1, flags=re.MULTILINE | re.DOTALL)
        text += HOST_TOOLCHAIN
    else:
        text += "\n" + line
    return re.sub(r'versions = \["[^"]+"\]', f'versions = ["{row.rust}"]', text)


def wrong_linkers(folder: Path, startup: list[str], flags: list[str]) -> str:
    """Says which actions for Lambda's platform are linked by another program than the rules' own; empty if none is."""
    output = subprocess.run(
        [BAZEL, *startup, "aquery", *flags, "--output=jsonproto", "mnemonic('Rustc', deps(//:all))"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    linked = 0
    wrong = []
    for action in json.loads(output)["actions"]:
        arguments = action["arguments"]
        linkers = [argument for argument in arguments if "linker=" in argument]
        crate = next((argument for argument in arguments if argument.startswith("--crate-name=")), "")
        if linkers and crate in ("--crate-name=library_lambda_zip", "--crate-name=os_only_zip"):
            linked += 1
            wrong += [f"{crate}: {linker}" for linker in linkers if not linker.endswith("/zig-ld")]
    return "; ".join(wrong) if linked == len(ZIPS) else f"{linked} links were found, not {len(ZIPS)}"


def run(row: Row, startup: list[str]) -> Outcome:
    """Builds and tests a row."""
    # At the module's own depth, as MODULE.bazel names the rules by a relative path; one folder for all rows, so that
    # Bazel keeps what does not differ.
    folder = HERE / f"{row.module}_in_matrix"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        HERE / row.module, folder, ignore=shutil.ignore_patterns("bazel-*", "MODULE.bazel.lock"), symlinks=True
    )
    module_bazel = folder / "MODULE.bazel"
    module_bazel.write_text(adapted(module_bazel.read_text(), row))
    flags = ["--config=strict"] if row.strict else []
    start = time.monotonic()
    test = subprocess.run(
        [BAZEL, *startup, "test", *flags, "--noshow_progress", "--test_output=errors", "//..."], cwd=folder
    )
    seconds = round(time.monotonic() - start)
    if test.returncode:
        return Outcome(False, seconds, (), f"bazel test: {test.returncode}")
    digests = tuple(hashlib.sha256((folder / f"bazel-bin/{zip}.zip").read_bytes()).hexdigest()[:12] for zip in ZIPS)
    wrong = wrong_linkers(folder, startup, flags)
    return Outcome(not wrong, seconds, digests, wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", choices=["current", "smoke"])
    parser.add_argument("--rust", action="append", metavar="VERSION", help="a version of Rust; by default, its own")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    parser.add_argument("--strict", action="store_true", help="only the rows that are as strict as Bazel's successors")
    arguments = parser.parse_args()
    found = re.search(r'versions = \["([^"]+)"\]', (HERE / arguments.module / "MODULE.bazel").read_text())
    rusts = arguments.rust or [found.group(1) if found else "1.93.1"]
    print("| module | Rust | rules_cc | Bazel | result | seconds | " + " | ".join(ZIPS) + " |")
    print("|---" * (6 + len(ZIPS)) + "|", flush=True)
    passed = True
    for rust in rusts:
        for strict in (True,) if arguments.strict else (False, True):
            seen: set[tuple[str, ...]] = set()
            for rules_cc in ("last", "first"):
                row = Row(arguments.module, rules_cc, strict, rust)
                outcome = run(row, arguments.startup)
                if outcome.passed:
                    seen.add(outcome.digests)
                cells = [row.module, rust, rules_cc, "strict" if strict else "as it is"]
                cells += ["passed" if outcome.passed else f"FAILED: {outcome.wrong}", str(outcome.seconds)]
                print(f"| {' | '.join(cells + list(outcome.digests))} |", flush=True)
                passed = passed and outcome.passed
            if len(seen) > 1:
                print(f"the zips differ between rows with Rust {rust}")
                passed = False
    folder = HERE / f"{arguments.module}_in_matrix"
    subprocess.run([BAZEL, *arguments.startup, "shutdown"], cwd=folder, check=True)
    shutil.rmtree(folder)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
