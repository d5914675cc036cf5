"""Runs of Bazel that begin with nothing: each has an output root of its own, which goes with it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent

# Spawns of these runners were run by the machine that Bazel runs on.
LOCAL_RUNNERS = {"darwin-sandbox", "linux-sandbox", "local", "processwrapper-sandbox", "worker"}
REMOTE = "remote"
REMOTE_CACHE_HIT = "remote cache hit"
# Bazel's own, which start no process: symbolic links, files that it writes, middlemen.
INTERNAL = "internal"


@dataclass(frozen=True)
class Build:
    """What one run of Bazel came to."""

    status: int
    # What Bazel said.
    log: str
    # How many actions each runner has run, by Bazel's own count.
    runners: dict[str, int]
    # Of the phase in which actions run.
    seconds: float

    @property
    def local(self) -> int:
        """The number of actions whose processes ran on this machine."""
        return sum(count for runner, count in self.runners.items() if runner in LOCAL_RUNNERS)

    def __str__(self) -> str:
        counts = [f"{count} {runner}" for runner, count in sorted(self.runners.items())]
        return f"{', '.join(counts)}; {self.seconds:.0f} s"


class Bazel:
    """Bazel in a workspace, with an output root of its own."""

    def __init__(self, workspace: Path, output_base: Path, environment: Mapping[str, str], umask: int) -> None:
        self.workspace = workspace
        self.output_base = output_base
        self.environment = environment
        self.umask = umask

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs a command of Bazel's; what it says on its standard error is returned, and shown where it fails."""
        done = subprocess.run(
            [self.workspace / "tools/bazel", f"--output_base={self.output_base}", *command],
            cwd=self.workspace,
            env=os.environ | self.environment,
            umask=self.umask,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            print(done.stdout, done.stderr)
            raise SystemExit(f"bazel {' '.join(command)}: {done.returncode}")
        return done

    def fetch(self, flags: list[str], targets: list[str]) -> None:
        """Fetches and analyses what targets need, so that a build's time is that of its actions."""
        self.run("build", "--nobuild", "--noshow_progress", *flags, *targets)

    def build(self, flags: list[str], targets: list[str], verb: str = "build", check: bool = True) -> Build:
        """Builds, or tests, targets."""
        with tempfile.NamedTemporaryFile(suffix=".json") as events:
            done = self.run(
                verb,
                "--noshow_progress",
                "--verbose_failures",
                "--test_output=errors",
                f"--build_event_json_file={events.name}",
                *flags,
                *targets,
                check=check,
            )
            metrics: dict[str, Any] = {}
            for line in Path(events.name).read_text().splitlines():
                metrics = json.loads(line).get("buildMetrics", metrics)
        runners = {
            runner["name"]: int(runner["count"])
            for runner in metrics.get("actionSummary", {}).get("runnerCount", [])
            if runner["name"] != "total"
        }
        milliseconds = int(metrics.get("timingMetrics", {}).get("executionPhaseTimeInMs", 0))
        return Build(done.returncode, done.stdout + done.stderr, runners, milliseconds / 1000)

    def output(self, path: str, flags: Sequence[str] = ()) -> bytes:
        """Returns a file below `bazel-bin`, after a build with flags."""
        return Path(self.run("info", "--noshow_progress", *flags, "bazel-bin").stdout.strip(), path).read_bytes()


@contextlib.contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder that goes at the end. It is not below /tmp, which Bazel's sandbox hides."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "rules_rust_lambda")
    cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache))
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: Path) -> None:
    """Removes a folder, in which Bazel has left folders that nobody may write to."""
    subprocess.run(["chmod", "-R", "u+w", folder], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def bazel(
    output_base: Path, workspace: Path = ROOT, environment: Mapping[str, str] | None = None, umask: int = 0o022
) -> Iterator[Bazel]:
    """Bazel with a fresh output root, which goes at the end, as its server does."""
    started = Bazel(workspace, output_base, environment or {}, umask)
    try:
        yield started
    finally:
        started.run("shutdown", check=False)
        remove(output_base)
