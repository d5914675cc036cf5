#!/usr/bin/env python3
"""Builds and tests `examples/hello` on a remote execution service, buildbox-casd on loopback; prints a table.

The service's machine has what docs/remote_execution.md asks of an executor, and none of the host's files. It is checked
that no action is run by the machine that Bazel runs on; that all come from the service's cache with another output
root; that the zips are the bytes that a local build makes; and that what an action uses undeclared is not there.

It needs Debian on x86_64 (see `tools/buildbox.sh`), and takes as long as three builds from nothing.
"""

from __future__ import annotations

import argparse
import sys

from support.builds import INTERNAL, REMOTE, REMOTE_CACHE_HIT, Bazel, Build, bazel, scratch
from support.executor import executor, remote_flags
from support.zips import difference

PACKAGE = "examples/hello"
ZIPS = ["lambda_zip", "os_only_zip"]
TESTS = ["lambda_test", "os_only_test"]
TARGETS = [f"//{PACKAGE}:{name}" for name in ZIPS + TESTS]
# What uses something that it does not declare, and what is said where that is not there.
UNDECLARED = {
    "//rules/tests/undeclared:file": "undeclared.txt: No such file or directory",
    "//rules/tests/undeclared:program": "apt-get: command not found",
}


class Checks:
    """What was checked, and what of it was not so."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def __call__(self, holds: bool, what: str, otherwise: object = "") -> None:
        """Counts one, and prints what does not hold."""
        if holds:
            self.passed += 1
            return
        self.failed += 1
        print(f"FAILED: {what}{f': {otherwise}' if otherwise else ''}", flush=True)


def show(what: str, build: Build) -> None:
    """Prints a row of the table."""
    print(f"{what:<48}{build}", flush=True)


def zips(run: Bazel) -> dict[str, bytes]:
    """Returns the zips that were built."""
    return {name: run.output(f"{PACKAGE}/{name}.zip") for name in ZIPS}


def check_same(check: Checks, what: str, ones: dict[str, bytes], others: dict[str, bytes]) -> None:
    """Checks that zips are the same bytes."""
    for name in ZIPS:
        differs = difference(ones[name], others[name])
        check(differs is None, f"{name} is not the same bytes {what}", differs)


def check_undeclared(check: Checks, run: Bazel, flags: list[str]) -> None:
    """Checks that what is not declared is there locally, and not remotely."""
    for target, message in UNDECLARED.items():
        # First, as what was built once would not be built again.
        remote = run.build(flags, [target], check=False)
        check(remote.status != 0 and message in remote.log, f"{target} fails remotely with `{message}`", remote.log)
        local = run.build(["--spawn_strategy=local"], [target], check=False)
        check(local.status == 0, f"{target} is built locally", local.log)


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    check = Checks()
    with scratch("remote_execution") as folder:
        storage = folder / "storage"
        with bazel(folder / "first") as run:
            run.fetch([], TARGETS)
            with executor(storage) as address:
                flags = remote_flags(address)
                built = run.build(flags, TARGETS[: len(ZIPS)])
                show("zips, remotely", built)
                check_undeclared(check, run, flags)
            with executor(storage, machine="test_machine") as address:
                tested = run.build(remote_flags(address), TARGETS, verb="test")
                show("tests, remotely", tested)
            remotely = zips(run)
        for build in (built, tested):
            check(build.local == 0, "no action was run by the machine that Bazel runs on", build)
            check(build.runners.get(REMOTE, 0) > 0, "actions were run remotely", build)
        executed = sum(
            build.runners.get(REMOTE, 0) + build.runners.get(REMOTE_CACHE_HIT, 0) for build in (built, tested)
        )
        with executor(storage) as address, bazel(folder / "second") as run:
            run.fetch([], TARGETS)
            cached = run.build(remote_flags(address), TARGETS, verb="test")
            show("the same, another output root", cached)
            check_same(check, "from the cache", remotely, zips(run))
        hits = cached.runners.get(REMOTE_CACHE_HIT, 0)
        check(set(cached.runners) <= {INTERNAL, REMOTE_CACHE_HIT}, "all came from the cache", cached)
        check(hits == executed, f"there are as many hits as there were actions, {executed}", cached)
        with bazel(folder / "local") as run:
            run.fetch([], TARGETS)
            show("the same, locally", run.build([], TARGETS, verb="test"))
            check_same(check, "locally", remotely, zips(run))
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
