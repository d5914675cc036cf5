#!/usr/bin/env python3
"""Builds zips of `examples/hello` on an arm64 Linux machine, and compares them with those built here; prints a table.

Actions run on the remote execution service of e2e/remote_execution.py, whose machine is one for arm64 here: a root of
Debian's packages for arm64, with nothing else in it, whose programs the kernel has qemu-user run. So run Rust and zig
for arm64, and the rules' tools, compiled there. It is checked that no action is run by the machine that
Bazel runs on, and that the zips are the bytes that it makes.

It needs Debian on x86_64 with Linux 6.7 or later (see `tools/arm64/emulating.sh`), and most of an hour: a compiler
that is emulated takes ten times as long. With `--storage`, what was built is kept there, and a later run goes on with
it.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
from pathlib import Path

from support.builds import REMOTE, REMOTE_CACHE_HIT, bazel, scratch
from support.executor import ARM64, executor, remote_flags
from support.rust_archives import archives
from support.zips import difference

PACKAGE = "examples/hello"
ZIPS = ["lambda_zip", "arm64_zip"]
TARGETS = [f"//{PACKAGE}:{name}" for name in ZIPS]
MACHINES = "//rules/tests/toolchains"
# Says which CPU the machine has, as it sees that itself.
CPU = f"{MACHINES}:cpu"
# What is given on both machines, since flags are in the paths of what is generated, and these in what rustc makes.
FLAGS = [
    # Compiles what runs during a build on arm64; on x86_64, there is nothing for it to do.
    f"--extra_toolchains={MACHINES}:linux_aarch64_host",
    # By default, what is built is for the machine that builds.
    f"--platforms={MACHINES}:linux_x86_64",
    # What runs once there is not worth the time to optimize it.
    "--host_compilation_mode=fastbuild",
]
ON_ARM64 = [*FLAGS, f"--host_platform={MACHINES}:linux_aarch64", "--remote_timeout=3600"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storage", type=Path, help="a folder for what is built on arm64; not below /tmp")
    arguments = parser.parse_args()
    failed = []
    with scratch("emulated_host") as folder:
        with bazel(folder / "here") as run:
            run.fetch(FLAGS, TARGETS)
            built = run.build(FLAGS, TARGETS)
            here = {name: run.output(f"{PACKAGE}/{name}.zip", FLAGS) for name in ZIPS}
            print(f"x86_64: {built}", flush=True)
        with contextlib.ExitStack() as stack:
            rust = stack.enter_context(archives(folder))
            storage: Path = arguments.storage or folder / "storage"
            address = stack.enter_context(executor(storage.absolute(), machine=ARM64))
            run = stack.enter_context(bazel(folder / "arm64"))
            flags = [*ON_ARM64, *rust.flags, *remote_flags(address)]
            run.fetch(flags, [*TARGETS, CPU])
            built = run.build(flags, [*TARGETS, CPU])
            print(f"arm64: {built}", flush=True)
            there = {name: run.output(f"{PACKAGE}/{name}.zip", flags) for name in ZIPS}
            cpu = run.output("rules/tests/toolchains/cpu.txt", flags).decode().strip()
            print(f"its CPU is {cpu}")
            print(f"not to be had, and not run: {', '.join(sorted(rust.made_up)) or 'nothing'}")
    if cpu != "aarch64":
        failed.append(f"the machine for arm64 has a CPU of the kind {cpu}")
    if built.local or not built.runners.keys() & {REMOTE, REMOTE_CACHE_HIT}:
        failed.append(f"actions were run by the machine that Bazel runs on: {built}")
    for name in ZIPS:
        where = difference(here[name], there[name])
        if where is not None:
            failed.append(f"{name} differs: {where}")
        print(f"{name}: {hashlib.sha256(here[name]).hexdigest()}, {hashlib.sha256(there[name]).hexdigest()}")
    for line in failed:
        print(f"FAILED: {line}")
    print(f"{len(ZIPS) + 2 - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
