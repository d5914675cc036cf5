#!/usr/bin/env python3
"""Measures what a repository with many functions costs: packages are generated, analysed, and some of them built.

    bench/monorepo.py                               # 1,000 packages, of which 10 are built
    bench/monorepo.py --functions 200 --built 5

Each package has a program of its own, a zip and a test; all use the crates of `e2e/smoke`, of which the workspace is a
copy. Times are those of this machine. Downloads, the rules' tools and the crates' repositories are there before the
clock starts. It prints a table in Markdown, for docs/remote_execution.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BAZEL = str(ROOT / "tools/bazel")

BUILD_FILE = """\
load("@rules_rust_lambda//rules:defs.bzl", "rust_lambda_test", "rust_lambda_zip")

rust_lambda_zip(
    name = "lambda_zip",
    srcs = ["src/main.rs"],
    crate_name = "{name}",
    deps = [
        "@crates//:lambda_runtime",
        "@crates//:serde_json",
        "@crates//:tokio",
    ],
)

rust_lambda_test(
    name = "lambda_test",
    events = {{"event.json": "event.response.json"}},
    zip = ":lambda_zip",
)
"""

PROGRAM = """\
use lambda_runtime::{{run, service_fn, Error, LambdaEvent}};
use serde_json::{{json, Value}};

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {{
    Ok(json!({{ "{name}": event.payload }}))
}}

#[tokio::main]
async fn main() -> Result<(), Error> {{
    run(service_fn(handler)).await
}}
"""


@dataclass(frozen=True)
class Run:
    """One run of Bazel, and what it says of itself."""

    seconds: float
    metrics: dict[str, Any]

    def count(self, *path: str) -> int:
        """Returns one of the metrics, which are absent where they are nought."""
        value: Any = self.metrics
        for name in path:
            value = value.get(name, {})
        return int(value or 0)

    @property
    def spawned(self) -> Counter[str]:
        """How many actions were executed, by their mnemonics."""
        actions = self.metrics.get("actionSummary", {}).get("actionData", [])
        return Counter({each["mnemonic"]: int(each.get("actionsExecuted", 0)) for each in actions})


class Workspace:
    """A copy of `e2e/smoke` with generated packages."""

    def __init__(self, startup: list[str]) -> None:
        # At that module's own depth, as MODULE.bazel names the rules by a relative path.
        self.folder = ROOT / "e2e/smoke_with_many"
        self.startup = startup
        shutil.rmtree(self.folder, ignore_errors=True)
        ignored = shutil.ignore_patterns("bazel-*", "MODULE.bazel.lock")
        shutil.copytree(ROOT / "e2e/smoke", self.folder, ignore=ignored)

    def generate(self, functions: int) -> list[str]:
        """Writes packages; returns their names."""
        names = [f"function_{number:04}" for number in range(functions)]
        for name in names:
            package = self.folder / "functions" / name
            (package / "src").mkdir(parents=True)
            (package / "BUILD.bazel").write_text(BUILD_FILE.format(name=name))
            (package / "src/main.rs").write_text(PROGRAM.format(name=name))
            (package / "event.json").write_text("1")
            (package / "event.response.json").write_text(json.dumps({name: 1}))
        return names

    def bazel(self, *command: str) -> Run:
        """Runs a command of Bazel's.

        Raises:
          SystemExit: it failed.
        """
        verb, *arguments = command
        with tempfile.NamedTemporaryFile(suffix=".json") as events:
            start = time.monotonic()
            done = subprocess.run(
                [
                    *[BAZEL, *self.startup, verb, "--noshow_progress"],
                    *[f"--build_event_json_file={events.name}", "--memory_profile=/dev/null", *arguments],
                ],
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
            )
            seconds = time.monotonic() - start
            if done.returncode:
                raise SystemExit(f"bazel {' '.join(command)}: {done.returncode}")
            metrics: dict[str, Any] = {}
            for line in Path(events.name).read_text().splitlines():
                metrics = json.loads(line).get("buildMetrics", metrics)
        return Run(seconds, metrics)

    def shutdown(self) -> None:
        """Ends Bazel's server, so that nothing is analysed yet."""
        subprocess.run([BAZEL, *self.startup, "shutdown"], cwd=self.folder, check=True)

    def remove(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder)


def analysed(run: Run) -> str:
    """Says what an analysis came to."""
    memory = run.count("memoryMetrics", "usedHeapSizePostBuild") / 1e6
    return (
        f"{run.count('targetMetrics', 'targetsConfigured'):,} targets, "
        f"{run.count('actionSummary', 'actionsCreated'):,} actions, {memory:,.0f} MB of heap"
    )


def built(run: Run) -> str:
    """Says what a build came to."""
    processor = run.count("timingMetrics", "cpuTimeInMs") / 1000
    names = ", ".join(f"{count} {mnemonic}" for mnemonic, count in sorted(run.spawned.items()) if count)
    return f"{names}; Bazel's own processor time {processor:.0f} s"


def show(what: str, run: Run, result: str) -> None:
    """Prints a row."""
    print(f"| {what} | {run.seconds:.1f} | {result} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=1000, help="packages; 1000 by default")
    parser.add_argument("--built", type=int, default=10, help="how many of them are built; 10 by default")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    arguments = parser.parse_args()
    workspace = Workspace(arguments.startup)
    try:
        names = workspace.generate(arguments.functions)
        # Tools, crates and the sysroot, which all share.
        workspace.bazel("build", f"//functions/{names[0]}:lambda_zip")
        workspace.bazel("build", "--nobuild", f"//functions/{names[0]}:lambda_test")
        workspace.shutdown()

        print("| | seconds | |\n|---|---|---|", flush=True)
        everything = "//functions/..."
        run = workspace.bazel("build", "--nobuild", everything)
        show(f"{arguments.functions:,} packages analysed, by a server that has just started", run, analysed(run))
        run = workspace.bazel("build", "--nobuild", everything)
        show("again, with nothing changed", run, analysed(run))
        file = workspace.folder / "functions" / names[-1] / "BUILD.bazel"
        file.write_text(f"# Changed.\n{file.read_text()}")
        run = workspace.bazel("build", "--nobuild", everything)
        show("again, one BUILD file changed", run, analysed(run))
        targets = [f"//functions/{name}:lambda_zip" for name in names[1 : arguments.built + 1]]
        run = workspace.bazel("build", *targets)
        show(f"{len(targets)} zips, crates and tools there", run, built(run))
        source = workspace.folder / "functions" / names[1] / "src/main.rs"
        source.write_text(source.read_text().replace("event.payload", "[event.payload]"))
        run = workspace.bazel("build", *targets)
        show("one source changed", run, built(run))
        binaries = workspace.folder / "bazel-bin/functions"
        sizes = [(binaries / name / "lambda_zip.zip").stat().st_size for name in names[1 : arguments.built + 1]]
        print(f"\nA zip has {sum(sizes) / len(sizes):,.0f} bytes.")
    finally:
        workspace.shutdown()
        workspace.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
