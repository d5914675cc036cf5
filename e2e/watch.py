#!/usr/bin/env python3
"""Edits a function that `bazel run //app:local -- --watch` serves, and sees what it answers then.

    e2e/watch.py [--startup OPTION]…

The function is `examples/hello`, copied into a package of this repository, where its crates are compiled already.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

# Beside this file: what runs commands as a page's reader would.
from documented_commands import ROOT, Background, Failure

NAME = "hello_in_watch"
PACKAGE = ROOT / "examples" / NAME
TARGET = f"//examples/{NAME}:local"

# Seconds until an edit is built.
PATIENCE = 300

BUILD = """\
load("//rules:defs.bzl", "lambda_local", "rust_lambda_zip")

rust_lambda_zip(
    name = "lambda_zip",
    srcs = glob(["src/**/*.rs"]),
    architecture = "{architecture}",
    crate_name = "hello",
    edition = "2021",
    rustc_env = {{"GREETING": "Hello"}},
    deps = [
        "@crates//:lambda_runtime",
        "@crates//:serde",
        "@crates//:tokio",
    ],
)

lambda_local(
    name = "local",
    zip = ":lambda_zip",
)
"""

MANNERS = """\
pub fn greeting(name: &str) -> String {
    format!("{}, dear {name}!", env!("GREETING"))
}
"""


def edit(file: str, old: str, new: str) -> None:
    """Replaces a text that a file of the package has once."""
    path = PACKAGE / file
    text = path.read_text()
    if text.count(old) != 1:
        raise Failure(f"{path} has {old!r} {text.count(old)} times")
    path.write_text(text.replace(old, new))


class Server:
    """`bazel run` of the target, in a terminal of its own."""

    def __init__(self, bazel: Path) -> None:
        options = "--watch --bazel-option=--color=no --port 0"
        command = f"exec {shlex.quote(str(bazel))} run --noshow_progress {TARGET} -- {options}"
        self.terminal = Background(command, ROOT, os.environ | {"BAZEL": str(bazel)})
        # Before that, the emulator is compiled.
        self.terminal.await_lines(f"…Invoke API: http://localhost:…/\n…sources of {TARGET}…")
        port = re.search(r"Invoke API: http://localhost:(\d+)/", self.terminal.shown())
        assert port, "it has just been shown"
        self._url = f"http://localhost:{port[1]}/2015-03-31/functions/{NAME}/invocations"

    def says(self, *texts: str) -> None:
        """Waits for lines with these texts, behind those that were waited for before.

        Raises:
          Failure: there are none.
        """
        self.terminal.await_lines("\n".join(f"…{text}…" for text in texts), PATIENCE)

    def answers(self, message: str) -> None:
        """Sends an event, and compares the answer.

        Raises:
          Failure: it is another one.
        """
        with urllib.request.urlopen(urllib.request.Request(self._url, b'{"name": "Ada"}'), timeout=60) as response:
            answer = json.load(response)
        if answer != {"message": message}:
            raise Failure(f"the answer is {answer}, and not {message!r}:\n{self.terminal.shown()}")


def make_package() -> None:
    """Copies the example into a package of its own, whose BUILD file has a say in what it answers."""
    shutil.rmtree(PACKAGE, ignore_errors=True)
    shutil.copytree(ROOT / "examples/hello/src", PACKAGE / "src")
    architecture = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    (PACKAGE / "BUILD.bazel").write_text(BUILD.format(architecture=architecture))
    edit("src/main.rs", 'format!("Hello, {name}!")', 'format!("{}, {name}!", env!("GREETING"))')


def await_calls(server: Server, calls: Path, verb: str, count: int) -> None:
    """Waits until the server has called Bazel so many times.

    Raises:
      Failure: it has not.
    """
    deadline = time.monotonic() + PATIENCE
    while calls.read_text().count(f" {verb} ") < count:
        if time.monotonic() > deadline or server.terminal.has_ended():
            raise Failure(f"there are no {count} calls of `bazel {verb}`:\n{server.terminal.shown()}")
        time.sleep(0.05)


def follow(server: Server, calls: Path) -> int:
    """Edits, and looks at the answers; returns how many steps passed.

    Raises:
      Failure: one did not.
    """
    passed = 0

    def step(title: str, message: str, *said: str) -> None:
        nonlocal passed
        if said:
            server.says(*said)
        server.answers(message)
        print(title, flush=True)
        passed += 1

    served = ("building " + TARGET, "reloaded")
    failed = ("building " + TARGET, "the build failed; what was built before is still served")
    step("what is built is served", "Hello, Ada!")
    # Behind the build that is made at the start: what it meets is not told of as an edit.
    await_calls(server, calls, "cquery", 2)

    edit("src/main.rs", '"{}, {name}!"', '"{}, {name}."')
    step("an edit of the source is built and served", "Hello, Ada.", *served)

    edit("src/main.rs", "event.payload.name;", "event.payload.nam;")
    step("a mistake is told of, and what was built before is served", "Hello, Ada.", "no field `nam`", failed[1])

    edit("src/main.rs", "event.payload.nam;", "event.payload.name;")
    server.says(served[0])
    edit("src/main.rs", 'format!("{}, {name}.", env!("GREETING"))', "manners::greeting(&name)")
    edit("src/main.rs", "use serde::", "mod manners;\n\nuse serde::")
    step("a module that is not there yet is a mistake", "Hello, Ada.", *failed)

    (PACKAGE / "src/manners.rs").write_text(MANNERS)
    step("a file that is new is built and served", "Hello, dear Ada!", *served)

    edit("src/manners.rs", "dear", "dearest")
    step("so is an edit of it", "Hello, dearest Ada!", *served)

    edit("BUILD.bazel", '"GREETING": "Hello"', '"GREETING": "Howdy"')
    step("and one of the BUILD file", "Howdy, dearest Ada!", *served)
    return passed


def interrupt(server: Server, bazel: Path, calls: Path) -> int:
    """Ends the server during a build, and looks at what is left of that; returns how many steps passed.

    Raises:
      Failure: one did not.
    """
    before = calls.read_text().count(" build ")
    edit("src/manners.rs", "dearest", "esteemed")
    await_calls(server, calls, "build", before + 1)
    time.sleep(1)
    build = [line.split()[0] for line in calls.read_text().splitlines() if " build " in line][-1]
    if not Path("/proc", build).exists():
        raise Failure("the build has ended before the interruption")
    if code := server.terminal.interrupt():
        raise Failure(f"the server ended with {code}:\n{server.terminal.shown()}")
    builds = [line.split() for line in calls.read_text().splitlines() if " build " in line]
    if not all("--color=no" in build for build in builds):
        raise Failure(f"--bazel-option is not passed on: {builds}")
    if Path("/proc", build).exists():
        raise Failure("the build goes on after the server's end")
    print("Ctrl-C ends the server and the build that is under way", flush=True)
    subprocess.run([bazel, "build", "--noshow_progress", TARGET], cwd=ROOT, check=True, timeout=PATIENCE)
    print("and Bazel builds as ever", flush=True)
    return 2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    startup: list[str] = parser.parse_args().startup
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        bazel, calls = Path(folder, "bazel"), Path(folder, "calls")
        options = "".join(" " + shlex.quote(option) for option in startup)
        # The process that the emulator starts becomes Bazel's.
        bazel.write_text(f'#!/bin/sh\necho "$$ $*" >>{calls}\nexec "{ROOT}/tools/bazel"{options} "$@"\n')
        bazel.chmod(0o755)
        server = None
        try:
            make_package()
            server = Server(bazel)
            passed += follow(server, calls)
            passed += interrupt(server, bazel, calls)
        except (Failure, OSError, subprocess.SubprocessError) as failure:
            print(f"{type(failure).__name__}: {failure}", file=sys.stderr)
            failed += 1
        finally:
            if server:
                server.terminal.interrupt()
            shutil.rmtree(PACKAGE, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
