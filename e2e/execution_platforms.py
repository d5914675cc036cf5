#!/usr/bin/env python3
"""Looks at what would be run on executors of each kind, by analysis alone: Linux and macOS, on x86_64 and arm64.

The zips of `examples/hello`, for both architectures, are analysed for each as the machine that actions run on. It is
checked that zig, Rust and the rules' tools are those for that machine, and that no action of the rules' own names a
program or a file of the host. Nothing is built; Rust for the other machines is downloaded, and where its mirror has
not all of it, archives with the same names stand in.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.rust_archives import archives

ROOT = Path(__file__).resolve().parent.parent
BAZEL = str(ROOT / "tools/bazel")
TARGETS = ["//examples/hello:arm64_zip", "//examples/hello:lambda_zip", "//examples/hello:os_only_zip"]
MACHINES = ["linux_aarch64", "linux_x86_64", "macos_aarch64", "macos_x86_64"]
# The mnemonics of the rules' own actions.
OWN = re.compile(r"^(Lambda|Zig)")
# What a zip takes at least.
EXPECTED = {"LambdaCheckLibrary", "LambdaCheckProgram", "LambdaRewrite", "LambdaRootCrate", "LambdaZip", "ZigSysroot"}


@dataclass(frozen=True)
class Action:
    """An action, as `aquery` shows it."""

    mnemonic: str
    machine: str
    arguments: list[str]


def actions(machine: str, startup: list[str], flags: list[str]) -> list[Action]:
    """Returns the actions that the targets take where actions run on a machine."""
    package = "//rules/tests/toolchains"
    done = subprocess.run(
        [
            *[BAZEL, *startup, "aquery", "--noshow_progress", "--output=jsonproto", "--noinclude_artifacts"],
            *[f"--host_platform={package}:{machine}", f"--extra_toolchains={package}:{machine}_host", *flags],
            f"deps({' + '.join(TARGETS)})",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"nothing can be analysed for {machine}")
    graph: dict[str, Any] = json.loads(done.stdout)
    return [
        Action(action["mnemonic"], action.get("executionPlatform", ""), action.get("arguments", []))
        for action in graph["actions"]
    ]


def wrong(machine: str, found: list[Action]) -> list[str]:
    """Says what is chosen for another machine, and what is the host's."""
    said = []
    system, _, cpu = machine.partition("_")
    own = [action for action in found if OWN.match(action.mnemonic)]
    missing = EXPECTED - {action.mnemonic for action in own}
    if missing:
        said.append(f"there is no {', '.join(sorted(missing))}")
    for action in own:
        if not action.machine.endswith(f":{machine}"):
            said.append(f"{action.mnemonic} runs on {action.machine}")
        for argument in action.arguments:
            # Two strokes begin a label.
            if re.search(r"(^|=)/(?!/)", argument):
                said.append(f"{action.mnemonic} names {argument}, a path of the host's")
    sysroots = [action for action in own if action.mnemonic == "ZigSysroot"]
    for action in sysroots:
        if f"zig_{machine}/zig" not in " ".join(action.arguments):
            said.append(f"{action.mnemonic} runs another zig: {action.arguments}")
    linked = 0
    rustc = rf"[/~+]rust_{system.replace('macos', 'darwin')}_{cpu}__[^/]*/rust_toolchain/bin/rustc$"
    for action in found:
        if action.mnemonic != "Rustc":
            continue
        if not any(re.search(rustc, argument) for argument in action.arguments):
            said.append(f"another rustc is run: {[each for each in action.arguments if each.endswith('/rustc')]}")
        if any(argument.startswith("--target=") and "linux-gnu" in argument for argument in action.arguments):
            linkers = [argument for argument in action.arguments if "linker=" in argument]
            for_lambda = [linker for linker in linkers if linker.endswith("/zig-ld")]
            linked += len(for_lambda)
            if any(f"/{machine}_for_" not in linker for linker in for_lambda):
                said.append(f"another machine's linker is run: {for_lambda}")
    if linked < len(TARGETS):
        said.append(f"{linked} actions link for Lambda, not {len(TARGETS)}")
    return sorted(set(said))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", action="append", choices=MACHINES, help="all by default")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    arguments = parser.parse_args()
    failed = 0
    machines = arguments.machine or MACHINES
    with tempfile.TemporaryDirectory() as folder, archives(Path(folder)) as rust:
        for machine in machines:
            found = actions(machine, arguments.startup, rust.flags)
            said = wrong(machine, found)
            failed += bool(said)
            print(f"{machine}: {len(found)} actions{', of which' if said else ''}", flush=True)
            for line in said:
                print(f"  {line}")
        if rust.made_up:
            print(f"stood in for by archives of their names: {', '.join(sorted(rust.made_up))}")
    print(f"{len(machines) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
