#!/usr/bin/env python3
"""Writes the notes of a release, and the checksums of its files.

    tools/release/notes.py DIR URL             # behind archive.py; writes DIR/notes.md and DIR/SHA256SUMS
    tools/release/notes.py --changes VERSION   # prints what changed in a version

The notes are the version's section of CHANGELOG.md, and what a workspace declares to have the release by its archive,
which lies at URL.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from pathlib import Path

from archive import ROOT, committed_version, executables, integrity, whole_platforms

NOTES = """\
{changes}

## In a workspace

In MODULE.bazel:

```starlark
bazel_dep(name = "rules_rust_lambda", version = "{version}")
archive_override(
    module_name = "rules_rust_lambda",
    integrity = "{integrity}",
    strip_prefix = "{folder}",
    urls = ["{url}/{archive}"],
)
```

In a WORKSPACE, before what `docs/workspace.md` has:

```starlark
load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")

http_archive(
    name = "rules_rust_lambda",
    integrity = "{integrity}",
    strip_prefix = "{folder}",
    urls = ["{url}/{archive}"],
)
```

The rules' own tools are downloaded, and checked by their SHA-256, on: {platforms}. Elsewhere, those that this release
does not have are compiled.
"""


def changes(text: str, version: str) -> str:
    """The section of a version, whose heading is `## [1.2.3]` or `## 1.2.3`, with or without more behind it."""
    sections = re.split(r"^## +", text, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, body = section.partition("\n")
        if re.match(rf"\[?v?{re.escape(version)}\]?(\s|$)", heading):
            # Links' targets at the file's end are no part of its last section.
            lines = [line for line in body.splitlines() if not re.match(r"\[[^\]]+\]: ", line)]
            if any(line.strip() for line in lines):
                return "\n".join(lines).strip()
            raise SystemExit(f"CHANGELOG.md has an empty section for {version}")
    raise SystemExit(f"CHANGELOG.md has no section for {version}: a heading `## [{version}]`, and what changed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", nargs="?")
    parser.add_argument("url", metavar="URL", nargs="?")
    parser.add_argument("--changes", metavar="VERSION")
    arguments = parser.parse_args()
    changelog = ROOT / "CHANGELOG.md"
    if arguments.changes:
        print(changes(changelog.read_text(), arguments.changes))
        return 0
    if not arguments.folder or not arguments.url:
        parser.error("DIR and URL, or --changes VERSION")
    folder: Path = arguments.folder
    version = committed_version()
    made = folder / f"rules_rust_lambda-{version}.tar.gz"
    (folder / "notes.md").write_text(
        NOTES.format(
            archive=made.name,
            changes=changes(changelog.read_text(), version),
            folder=made.name.removesuffix(".tar.gz"),
            integrity=integrity(made),
            platforms=", ".join(whole_platforms(folder)) or "no platform",
            url=arguments.url,
            version=version,
        )
    )
    files = [*executables(folder), made]
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums))
    print(folder / "notes.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
