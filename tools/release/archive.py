#!/usr/bin/env python3
"""Makes the archive of a release: this commit's tree, with a table of the executables that the rules then download.

    tools/release/executables.sh DIR         # on a machine of each kind, into one folder in the end
    tools/release/archive.py DIR URL         # makes DIR/rules_rust_lambda-VERSION.tar.gz

URL is where the files of the folder will be found, without a slash at its end: `file://` and the folder, to try it.
"""

from __future__ import annotations

import argparse
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


def table(folder: Path, url: str) -> str:
    """Returns the text of the table's file for the executables of a folder."""
    lines = ['"""The executables of this release. Written by `tools/release/archive.py`."""', "", "PREBUILT = {"]
    for tool in TOOLS:
        lines.append(f'    "{tool}": {{')
        for platform in PLATFORMS:
            file = folder / f"{tool}-{platform}"
            if file.exists():
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                lines.append(f'        "{platform}": struct(sha256 = "{digest}", urls = ["{url}/{file.name}"]),')
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("url", metavar="URL")
    arguments = parser.parse_args()
    missing = [f"{tool}-{platform}" for tool in TOOLS for platform in PLATFORMS]
    missing = [name for name in missing if not (arguments.folder / name).exists()]
    if missing:
        print(
            f"not in {arguments.folder}, so compiled from source by who needs them: {', '.join(missing)}",
            file=sys.stderr,
        )
    found = re.search(r'version = "([^"]+)"', (ROOT / "MODULE.bazel").read_text())
    if not found:
        print("MODULE.bazel has no version", file=sys.stderr)
        return 1
    name = f"rules_rust_lambda-{found.group(1)}"
    tree = subprocess.run(
        ["git", "archive", f"--prefix={name}/", "HEAD"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    text = table(arguments.folder, arguments.url).encode()
    output = arguments.folder / f"{name}.tar.gz"
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
            made.addfile(member, content)
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
