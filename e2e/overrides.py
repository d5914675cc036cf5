#!/usr/bin/env python3
"""Builds and tests the module `smoke` with what docs/overrides.md lets a workspace take in place of the rules' own.

    e2e/overrides.py                 # all rows
    e2e/overrides.py mirror pip      # some

Each row is a copy of the module, changed as the page says; files whose name stands in the page are taken from there. A
Linux on x86_64 is asked for, with GCC and pip.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BAZEL = str(ROOT / "tools/bazel")
PAGE = (ROOT / "docs/overrides.md").read_text()

# The SHA-256 of the wheels for Linux on x86_64.
ZIGS = {
    "0.15.2": "806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130",
    "0.16.0": "9fcda73f62b851dd72a54b710ad40a209896db14cfb13649e62191243556342b",
}

ZIG = 'zig = use_extension("@rules_rust_lambda//rules:extensions.bzl", "zig")\n'
CLIENT = 'runtime_client = use_extension("@rules_rust_lambda//rules:extensions.bzl", "runtime_client")\n'

# Nobody listens there.
NO_INDEX = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_RETRIES": "0"}


class Failure(Exception):
    """Something did not come out as it should."""


class Workspace:
    """A copy of the module."""

    def __init__(self, startup: list[str]) -> None:
        # At the module's own depth, as MODULE.bazel names the rules by a relative path; one folder for all rows, so
        # that Bazel keeps what does not differ.
        self.folder = HERE / "smoke_in_overrides"
        self.startup = startup
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(HERE / "smoke", self.folder, ignore=shutil.ignore_patterns("bazel-*", "MODULE.bazel.lock"))

    def append(self, name: str, text: str) -> None:
        """Adds lines to a file."""
        path = self.folder / name
        path.write_text(path.read_text() + "\n" + text)

    def replace(self, name: str, old: str, new: str) -> None:
        """Replaces what a file has once."""
        path = self.folder / name
        text = path.read_text()
        if text.count(old) != 1:
            raise Failure(f"{name} has {old!r} {text.count(old)} times")
        path.write_text(text.replace(old, new))

    def take_from_page(self, name: str) -> Path:
        """Writes a file that the page has; returns its path."""
        found = re.search(rf"^```starlark file={re.escape(name)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        if not found:
            raise Failure(f"docs/overrides.md has no file {name}")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found.group(1))
        return path

    def bazel(self, *arguments: str, fails: bool = False, environment: Mapping[str, str] | None = None) -> str:
        """Runs Bazel, and returns what it wrote."""
        done = subprocess.run(
            [BAZEL, *self.startup, *arguments],
            cwd=self.folder,
            env=os.environ | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if (done.returncode != 0) != fails:
            raise Failure(f"bazel {' '.join(arguments)}: exit status {done.returncode}\n{done.stdout[-6000:]}")
        return done.stdout

    def built(self, name: str) -> bytes:
        """Returns what was built."""
        return (self.folder / "bazel-bin" / name).read_bytes()


def contains(text: str, *parts: str) -> None:
    """Fails unless all parts are there."""
    absent = [part for part in parts if part not in text]
    if absent:
        raise Failure(f"Bazel did not say {absent}, but:\n{text[-6000:]}")


def newest_glibc(workspace: Workspace, target: str, group: str = "") -> tuple[int, int]:
    """Builds a target, and returns the newest glibc that the executable or library in its zip asks for."""
    workspace.bazel("build", "--noshow_progress", target, *([f"--output_groups={group}"] if group else []))
    name = target.removeprefix("//:")
    flags = [f"--output_groups={group}"] if group else []
    listed = workspace.bazel("cquery", "--noshow_progress", "--output=files", *flags, target)
    paths = [line for line in listed.splitlines() if line.startswith("bazel-out/")]
    files = [workspace.folder / "bazel-out" / path.removeprefix("bazel-out/") for path in paths]
    if len(files) != 1:
        raise Failure(f"{name} is {files}")
    versions = re.findall(rb"GLIBC_2\.(\d+)", files[0].read_bytes())
    if not versions:
        raise Failure(f"{files[0]} asks for no glibc")
    return 2, max(int(version) for version in versions)


def another_zig(version: str, workspace: Workspace) -> None:
    """Another version of zig; an SBOM names it."""
    workspace.append(
        "MODULE.bazel",
        ZIG + f'zig.version(version = "{version}", sha256 = {{"linux_x86_64": "{ZIGS[version]}"}})\n',
    )
    workspace.bazel("test", "--noshow_progress", "--test_output=errors", "//...")
    workspace.bazel("build", "--noshow_progress", "--output_groups=sbom", "//:lambda_zip")
    components = json.loads(workspace.built("lambda_zip.cdx.json"))
    contains(json.dumps(components), f"pkg:pypi/ziglang@{version}")


def zig_for_others(workspace: Workspace) -> None:
    """A version of zig for another machine than this."""
    digest = next(iter(ZIGS.values()))
    workspace.append(
        "MODULE.bazel", ZIG + f'zig.version(version = "0.15.2", sha256 = {{"macos_aarch64": "{digest}"}})\n'
    )
    said = workspace.bazel("build", "--noshow_progress", "//:lambda_zip", fails=True)
    contains(
        said,
        "There is no zig for linux_x86_64, which it would run on: zig 0.15.2 was asked for,",
        "with digests for macos_aarch64 alone.",
        '`sha256 = {"linux_x86_64": "…"}` of `zig.version(…)`',
        "--platform manylinux_2_12_x86_64 ziglang==0.15.2",
    )


def older_glibc(workspace: Workspace) -> None:
    """Zips for an older glibc than their runtimes'."""
    workspace.replace("BUILD.bazel", 'name = "lambda_zip",', 'name = "lambda_zip",\n    glibc = "2.17",')
    workspace.replace("BUILD.bazel", 'name = "os_only_zip",', 'name = "os_only_zip",\n    glibc = "2.28",')
    # A layer with a library for all runtimes.
    load = '"lambda_deploy", "rust_lambda_test"'
    workspace.replace("BUILD.bazel", load, '"lambda_deploy", "lambda_layer", "rust_lambda_test"')
    workspace.append(
        "BUILD.bazel",
        'lambda_layer(name = "layer", library = ":lambda_zip", runtimes = ["python3.10", "python3.14"])\n',
    )
    workspace.bazel("test", "--noshow_progress", "--test_output=errors", "//...")
    newest = newest_glibc(workspace, "//:lambda_zip", "shared_library")
    if newest > (2, 17):
        raise Failure(f"the library asks for {newest}")
    # As it is without: the figure can tell.
    workspace.replace("BUILD.bazel", '    glibc = "2.17",\n', "")
    newest = newest_glibc(workspace, "//:lambda_zip", "shared_library")
    if newest <= (2, 17):
        raise Failure(f"the library asks for no more than {newest} without `glibc`")
    workspace.replace("BUILD.bazel", 'glibc = "2.28"', 'glibc = "2.30"')
    contains(
        workspace.bazel("build", "--noshow_progress", "//:os_only_zip", fails=True),
        "//:os_only_zip: glibc is `2.30`; it is one of `2.17`",
    )


def make_sysroot(workspace: Workspace, glibc: str) -> None:
    """Puts a sysroot into the workspace: start files and stubs as zig makes them, and what GCC wants besides."""
    workspace.bazel("build", "--noshow_progress", "@zig_linux_x86_64//:zig")
    output_base = workspace.bazel("info", "output_base").splitlines()[-1]
    zigs = list(Path(output_base, "external").glob("*zig_linux_x86_64/zig"))
    folder = workspace.folder / "toolchains/c/sysroot/usr/lib"
    script = ROOT / "rules/toolchain/zig_sysroot.sh"
    subprocess.run([script, zigs[0], f"x86_64-linux-gnu.{glibc}", folder], check=True)
    # mimalloc is compiled with the headers of the C library and of Linux.
    shutil.copytree("/usr/include", workspace.folder / "toolchains/c/sysroot/usr/include", symlinks=True)
    for name in ("crti.o", "crtn.o"):
        shutil.copy(f"/usr/lib/x86_64-linux-gnu/{name}", folder)
    # As in glibc's own: what is not in the shared library is in an archive.
    (folder / "libc.so").rename(folder / "libc.so.6")
    (folder / "libc.so").write_text("GROUP ( libc.so.6 libc_nonshared.a )\n")


def own_c_toolchain(workspace: Workspace) -> None:
    """GCC with a sysroot of the workspace's, and then with that of the machine."""
    workspace.append(
        "MODULE.bazel",
        'bazel_dep(name = "platforms", version = "0.0.10")\nbazel_dep(name = "rules_cc", version = "0.0.11")\n'
        + ZIG
        + 'use_repo(zig, "zig_linux_x86_64")\n',
    )
    build = workspace.take_from_page("toolchains/c/BUILD.bazel")
    config = workspace.take_from_page("toolchains/c/config.bzl")
    make_sysroot(workspace, "2.34")
    flag = "--@rules_rust_lambda//rules/settings:cc_toolchains=//toolchains/c:toolchain"
    workspace.bazel("test", "--noshow_progress", "--test_output=errors", flag, "//...")
    linked = workspace.bazel("aquery", "--noshow_progress", flag, "mnemonic('Rustc', deps(//:all))")
    contains(linked, "--codegen=linker=/usr/bin/gcc", "--sysroot=toolchains/c/sysroot")
    # For any glibc, with the machine's own.
    constraint = re.compile(r" *# What the sysroot has\..*?\n.*?glibc_2\.34\",\n", re.DOTALL)
    build.write_text(constraint.sub("", build.read_text()))
    config.write_text(config.read_text().replace('ctx.label.package + "/sysroot"', '"/"'))
    workspace.replace("BUILD.bazel", 'name = "lambda_zip",', 'name = "lambda_zip",\n    glibc = "2.17",')
    contains(
        workspace.bazel("build", "--noshow_progress", flag, "//:lambda_zip", fails=True),
        "the shared library of //:lambda_zip would not load everywhere (it is built for glibc 2.17 and newer):",
        "` of GLIBC_2.34",
    )


def own_rust_toolchain(workspace: Workspace) -> None:
    """A `rust_toolchain` of the workspace's, and a platform without one."""
    tools = "rust_linux_x86_64__x86_64-unknown-linux-gnu__stable_tools"
    workspace.take_from_page("toolchains/rust/BUILD.bazel")
    workspace.replace(
        "MODULE.bazel",
        'use_repo(rust, "rust_toolchains")\n\nregister_toolchains("@rust_toolchains//:all")\n',
        f'use_repo(rust, own_rust = "{tools}")\nregister_toolchains("//toolchains/rust:toolchain")\n'
        'bazel_dep(name = "platforms", version = "0.0.10")\n',
    )
    workspace.replace(
        "MODULE.bazel",
        '        "aarch64-unknown-linux-gnu",\n        "x86_64-unknown-linux-gnu",\n    ],\n    versions',
        "    ],\n    versions",
    )
    workspace.bazel("test", "--noshow_progress", "--test_output=errors", "//...")
    compiled = workspace.bazel("aquery", "--noshow_progress", "mnemonic('Rustc', deps(//:all))")
    programs = [part for part in compiled.split("action '") if "--crate-name=library_lambda_zip" in part]
    if not programs or any("/toolchains/rust/" not in program for program in programs):
        raise Failure("the library is compiled by another Rust than the workspace's")
    for name in ("lambda_zip", "os_only_zip"):
        workspace.replace("BUILD.bazel", f'name = "{name}",', f'name = "{name}",\n    architecture = "arm64",')
        contains(
            workspace.bazel("build", "--nobuild", "--noshow_progress", f"//:{name}", fails=True),
            "there is no Rust toolchain for aarch64-unknown-linux-gnu, which a zip is built for.",
            "extra_target_triples = [",
            f"Analysis of target '//:{name}' failed",
        )


class Server(ThreadingHTTPServer):
    """Serves a folder on loopback, and notes what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), functools.partial(Request, directory=str(folder)))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class Request(SimpleHTTPRequestHandler):
    """A request of a file."""

    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def pip_download(folder: Path, *arguments: str) -> None:
    """Has pip download wheels to a folder, by the machine's configuration."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--only-binary=:all:", f"--dest={folder}", *arguments], check=True)


def assigned(name: str, path: str) -> str:
    """Returns the value of a constant in one of the rules' files."""
    found = re.search(rf'^{name} = "([^"]+)"', (ROOT / path).read_text(), re.MULTILINE)
    if not found:
        raise Failure(f"{path} has no {name}")
    return found.group(1)


def zig_wheel(folder: Path) -> Path:
    """Downloads the wheel of the rules' own zig."""
    version = assigned("ZIG_VERSION", "rules/toolchain/zig_wheels.bzl")
    pip_download(folder, "--platform=manylinux_2_12_x86_64", f"ziglang=={version}")
    return next(folder.glob("ziglang-*.whl"))


def client_wheels(folder: Path) -> None:
    """Downloads the wheels of Lambda's client for Python, in all versions of Python that it has."""
    path = "rules/private/runtime_client_wheels.bzl"
    packages = {
        "awslambdaric": assigned("CURRENT_CLIENT", path),
        "simplejson": assigned("_SIMPLEJSON_VERSION", path),
        "snapshot_restore_py": assigned("_HOOKS_VERSION", path),
    }
    for minor in range(10, 15):
        pip_download(
            folder,
            "--platform=manylinux2014_x86_64",
            "--implementation=cp",
            f"--python-version=3.{minor}",
            *[f"{name}=={version}" for name, version in packages.items()],
        )


def fetch_from_nothing(workspace: Workspace, targets: list[str], environment: Mapping[str, str]) -> None:
    """Fetches repositories in an output base, and with a repository cache, that have nothing."""
    with tempfile.TemporaryDirectory(prefix="overrides-") as temporary:
        startup = workspace.startup
        workspace.startup = [*startup, f"--output_base={temporary}/output"]
        try:
            workspace.bazel(
                "build", "--noshow_progress", f"--repository_cache={temporary}/cache", *targets, environment=environment
            )
        finally:
            workspace.bazel("shutdown")
            workspace.startup = startup
            subprocess.run(["chmod", "-R", "u+w", temporary], check=True)


def mirror(workspace: Workspace) -> None:
    """Wheels from addresses in MODULE.bazel; pip has no index."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        zig = zig_wheel(folder)
        client_wheels(folder)
        server = Server(folder)
        lines = [
            ZIG,
            CLIENT,
            'use_repo(zig, "zig_linux_x86_64")\nuse_repo(runtime_client, "awslambdaric_linux_x86_64")\n',
        ]
        wheels = sorted(folder.glob("*.whl"))
        for wheel in wheels:
            extension = "zig" if wheel == zig else "runtime_client"
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            # One of them by a file's address.
            url = f"file://{wheel}" if wheel.name.startswith("snapshot") else f"{server.url}/{wheel.name}"
            lines.append(f'{extension}.wheel(sha256 = "{digest}", urls = ["{url}"])\n')
        workspace.append("MODULE.bazel", "".join(lines))
        fetch_from_nothing(workspace, ["@zig_linux_x86_64//:zig", "@awslambdaric_linux_x86_64//:client"], NO_INDEX)
        server.shutdown()
        asked = {path.rpartition("/")[2] for path in server.asked}
        expected = {wheel.name for wheel in wheels if not wheel.name.startswith("snapshot")}
        if asked != expected or len(expected) != 11:
            raise Failure(f"the mirror was asked for {sorted(asked)}")


def pip(workspace: Workspace) -> None:
    """Wheels by pip, from an index that its configuration names; and what is said where there is none."""
    workspace.append("MODULE.bazel", ZIG + 'use_repo(zig, "zig_linux_x86_64")\n')
    with tempfile.TemporaryDirectory() as temporary:
        package = Path(temporary, "simple/ziglang")
        package.mkdir(parents=True)
        wheel = zig_wheel(package)
        (package / "index.html").write_text(
            f'<!DOCTYPE html><html><body><a href="{wheel.name}">{wheel.name}</a></body></html>'
        )
        server = Server(Path(temporary))
        fetch_from_nothing(workspace, ["@zig_linux_x86_64//:zig"], {"PIP_INDEX_URL": f"{server.url}/simple"})
        server.shutdown()
        if f"/simple/ziglang/{wheel.name}" not in server.asked:
            raise Failure(f"the index was asked for {server.asked}")
        try:
            fetch_from_nothing(workspace, ["@zig_linux_x86_64//:zig"], NO_INDEX)
        except Failure as failure:
            contains(str(failure), "pip could not download ziglang", '`wheel(sha256 = "', "PIP_INDEX_URL")
        else:
            raise Failure("zig was fetched from nowhere")


ROWS: dict[str, Callable[[Workspace], None]] = {
    "zig_for_others": zig_for_others,
    "mirror": mirror,
    "pip": pip,
    "older_glibc": older_glibc,
    "own_c_toolchain": own_c_toolchain,
    "own_rust_toolchain": own_rust_toolchain,
    **{f"zig_{version}": functools.partial(another_zig, version) for version in ZIGS},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"by default, all: {', '.join(ROWS)}")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.rows if name not in ROWS]
    if unknown:
        parser.error(f"no rows: {', '.join(unknown)}")
    rows = arguments.rows or list(ROWS)
    print("| row | result | seconds |\n|---|---|---|", flush=True)
    failed = 0
    for name in rows:
        start = time.monotonic()
        result = "passed"
        try:
            ROWS[name](Workspace(arguments.startup))
        except Failure as failure:
            failed += 1
            result = "FAILED"
            print(failure, file=sys.stderr)
        print(f"| {name} | {result} | {round(time.monotonic() - start)} |", flush=True)
    workspace = Workspace(arguments.startup)
    workspace.bazel("shutdown")
    shutil.rmtree(workspace.folder)
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
