#!/usr/bin/env python3
"""Makes the archive of a release: this commit's tree, with a table of the executables that the rules then download.

    tools/release/executables.sh DIR         # on a machine of each kind, into one folder in the end
    tools/release/archive.py DIR URL         # makes DIR/rules_rust_lambda-VERSION.tar.gz

URL is where the files of the folder will be found, without a slash at its end: `file://` and the folder, to try it. All
that is committed is in the archive, but for what `.gitattributes` marks as `export-ignore`. Its path and its integrity
are printed. `release.sh` does all of it.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = "rules/tools/prebuilt.bzl"
TOOLS = ["build_tool", "deployer", "emulator"]
PLATFORMS = ["linux_aarch64", "linux_x86_64", "osx_aarch64", "osx_x86_64"]


def executables(folder: Path) -> list[Path]:
    """Returns the executables that are in a folder, by tool and platform."""
    named = [folder / f"{tool}-{platform}" for tool in TOOLS for platform in PLATFORMS]
    return [path for path in named if path.exists()]


def whole_platforms(folder: Path) -> list[str]:
    """Returns the platforms that a folder has all of the tools for."""
    there = {path.name for path in executables(folder)}
    return [platform for platform in PLATFORMS if there.issuperset(f"{tool}-{platform}" for tool in TOOLS)]


def table(folder: Path, url: str) -> str:
    """Returns the text of the table's file for the executables of a folder."""
    lines = ['"""The executables of this release. Written by `tools/release/archive.py`."""', "", "PREBUILT = {"]
    for tool in TOOLS:
        lines.append(f'    "{tool}": {{')
        for file in executables(folder):
            of, _, platform = file.name.partition("-")
            if of == tool:
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                lines.append(f'        "{platform}": struct(sha256 = "{digest}", urls = ["{url}/{file.name}"]),')
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def committed_version() -> str:
    """Returns the version that the module has in the commit that is archived."""
    command = ["git", "show", "HEAD:MODULE.bazel"]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = re.search(r'version = "([^"]+)"', text)
    if not found:
        raise SystemExit("MODULE.bazel has no version")
    return found.group(1)


def integrity(file: Path) -> str:
    """Returns what Bazel checks a download by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()


def archive(folder: Path, url: str) -> Path:
    """Makes the archive."""
    name = f"rules_rust_lambda-{committed_version()}"
    command = ["git", "archive", f"--prefix={name}/", "HEAD"]
    tree = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    text = table(folder, url).encode()
    output = folder / f"{name}.tar.gz"
    filled = False
    # The same bytes each time: git's times are the commit's, and the compressor is told of none.
    with (
        tarfile.open(fileobj=io.BytesIO(tree)) as given,
        output.open("wb") as file,
        gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as made,
    ):
        for member in given:
            content = given.extractfile(member) if member.isfile() else None
            if member.name == f"{name}/{TABLE}":
                member.size = len(text)
                content = io.BytesIO(text)
                filled = True
            made.addfile(member, content)
    if not filled:
        output.unlink()
        raise SystemExit(f"the commit has no {TABLE}, which the table of executables is written to")
    return output


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("url", metavar="URL")
    arguments = parser.parse_args()
    there = [path.name for path in executables(arguments.folder)]
    missing = [f"{tool}-{platform}" for tool in TOOLS for platform in PLATFORMS]
    missing = [name for name in missing if name not in there]
    if missing:
        print(
            f"not in {arguments.folder}, so compiled from source by who needs them: {', '.join(missing)}",
            file=sys.stderr,
        )
    made = archive(arguments.folder, arguments.url)
    print(made)
    print(integrity(made))
    return 0


if __name__ == "__main__":
    sys.exit(main())
