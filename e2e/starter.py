#!/usr/bin/env python3
"""Makes workspaces by tools/new, and does in each what it says to do next.

    e2e/starter.py [--startup OPTION]… [KIND…]

A workspace has the first kind's function, and `tools/new add` adds the others': of all kinds if none is named. All is
built and tested, each function's first event sent by `lambda_local`, and how long the first answer took is said.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time

# Beside this file: what runs commands as a page's reader would.
from documented_commands import CACHE, ROOT, Failure, Terminal

sys.path.insert(0, str(ROOT / "starter"))
from write_workspace import KINDS


def commands_of(output: str) -> list[str]:
    """Returns the commands that tools/new says to run next."""
    return [line.strip() for line in output.splitlines() if line.startswith("  ")]


def make(kinds: list[str], startup: list[str]) -> int:
    """Makes a workspace with a function of each kind; returns how many commands were run.

    Raises:
      Failure: one of them failed.
    """
    folder = CACHE / "starter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "rules_rust_lambda").symlink_to(ROOT)
    terminal = Terminal(folder, startup)
    ran = 0

    def run(command: str) -> str:
        nonlocal ran
        print(command, flush=True)
        ran += 1
        return terminal.run(command)

    try:
        begun = time.monotonic()
        for number, kind in enumerate(kinds):
            if number:
                said = run(f"../rules_rust_lambda/tools/new add made-{kind} --kind {kind}")
            else:
                said = run(f"rules_rust_lambda/tools/new lambdas --name made-{kind} --kind {kind}")
            # The last starts a server, which docs/getting_started.md's test does, too.
            *next_commands, server = commands_of(said)
            if server != f"bazel run //made-{kind}:lambda_local":
                raise Failure(f"tools/new says to run this last: {server}")
            for command in next_commands:
                answered = run(command)
                if "lambda_test" in command and not re.search(rf"//made-{kind}:lambda_test .*PASSED", answered):
                    raise Failure(f"{command}: no test passed:\n{answered}")
            if not number:
                print(f"(answered {time.monotonic() - begun:.0f} s after tools/new was started)", flush=True)
        # The templates of what is deployed, too.
        run("bazel build //...")
        tested = run("bazel test //...")
        for kind in kinds:
            if not re.search(rf"//made-{kind}:unit_test .*PASSED", tested):
                raise Failure(f"//made-{kind}:unit_test has not passed:\n{tested}")
    finally:
        subprocess.run(["bazel", "shutdown"], cwd=terminal.folder, env=terminal.environment, check=False)
    return ran


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    options = parser.parse_args()
    kinds: list[str] = options.kinds or list(KINDS)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        parser.error(f"no such kind: {', '.join(unknown)}; the kinds are {', '.join(KINDS)}")
    try:
        ran = make(kinds, options.startup)
    except Failure as failure:
        print(failure, file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    print(f"{ran} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
