#!/usr/bin/env python3
"""Uses a release as a workspace does that has nothing else: its archive, by the override that its notes tell of.

    e2e/release.py DIR     # what tools/release/release.sh made for the URL `file://DIR`

The workspace is a copy of `e2e/smoke` in a folder of its own. Its zip is built and tested, with an SBOM, and no tool of
the rules may have been compiled.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
BAZEL = str(HERE.parent / "tools/bazel")

# What the rules' own tools are compiled in, where a release has none.
COMPILED = re.compile(r"rules_rust_lambda_(\w+)_source$")
PREBUILT = re.compile(r"rules_rust_lambda_(build_tool|emulator)_(linux|osx)_\w+$")


def declared(notes: str) -> str:
    """What the notes tell to write into MODULE.bazel."""
    found = re.search(r"```starlark\n(bazel_dep\(.*?)```", notes, re.DOTALL)
    if not found:
        raise SystemExit("the notes have no bazel_dep")
    return found.group(1)


def make_workspace(folder: Path, override: str) -> None:
    """Copies the workspace, and has it take the release in place of this tree."""
    shutil.copytree(
        HERE / "smoke", folder, ignore=shutil.ignore_patterns("bazel-*", "MODULE.bazel.lock"), symlinks=True
    )
    # It imports a configuration for the matrix, which is no part of a workspace that stands alone.
    bazelrc = folder / ".bazelrc"
    lines = bazelrc.read_text().splitlines(keepends=True)
    bazelrc.write_text("".join(line for line in lines if not line.startswith("import ")))
    module = folder / "MODULE.bazel"
    local = re.compile(r'bazel_dep\(name = "rules_rust_lambda".*?\nlocal_path_override\(.*?\n\)\n', re.DOTALL)
    text, count = local.subn(lambda _: override, module.read_text())
    if count != 1:
        raise SystemExit(
            f"{HERE / 'smoke/MODULE.bazel'} declares the rules in another way than by a local_path_override"
        )
    module.write_text(text)


def fetched(output_base: Path) -> tuple[set[str], set[str]]:
    """The tools that were compiled, and those that were downloaded, by the repositories that are there."""
    names = [path.name for path in (output_base / "external").iterdir() if path.is_dir()]
    compiled = [COMPILED.search(name) for name in names]
    downloaded = [PREBUILT.search(name) for name in names]
    return {found.group(1) for found in compiled if found}, {found.group(1) for found in downloaded if found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    parser.add_argument("--target", default="//...", help="what is tested; all by default")
    arguments = parser.parse_args()
    override = declared((arguments.folder / "notes.md").read_text())
    with tempfile.TemporaryDirectory(prefix="release-") as temporary:
        folder = Path(temporary) / "workspace"
        make_workspace(folder, override)
        bazel = [BAZEL, *arguments.startup, f"--output_user_root={temporary}/bazel"]

        def run(*command: str) -> str:
            done = subprocess.run([*bazel, *command], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
            return done.stdout

        try:
            run("test", "--noshow_progress", "--test_output=errors", arguments.target)
            run("build", "--noshow_progress", "--output_groups=+sbom", "//:lambda_zip")
            compiled, downloaded = fetched(Path(run("info", "output_base").strip()))
            document = json.loads((folder / "bazel-bin/lambda_zip.cdx.json").read_text())
        finally:
            subprocess.run([*bazel, "shutdown"], cwd=folder, check=True)
            # Bazel leaves folders that nobody may write to.
            subprocess.run(["chmod", "-R", "u+w", temporary], check=True)
    crates = [each["purl"] for each in document["components"] if each.get("purl", "").startswith("pkg:cargo/")]
    (rules,) = document["metadata"]["tools"]["components"]
    print(f"tools downloaded: {', '.join(sorted(downloaded))}; compiled: {', '.join(sorted(compiled)) or 'none'}")
    print(f"the SBOM lists {len(crates)} crates, and is by {rules['name']} {rules.get('version')}")
    wrong = []
    if compiled:
        wrong.append("a tool was compiled that the release has")
    if downloaded != {"build_tool", "emulator"}:
        wrong.append("not both tools that a build and a test take were downloaded")
    if not crates or f'version = "{rules.get("version")}"' not in override:
        wrong.append("the SBOM is not that of the release")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
