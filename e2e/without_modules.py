#!/usr/bin/env python3
"""Builds and tests `workspace`, which uses the rules without modules.

Before that, it checks that its WORKSPACE is the one that docs/workspace.md shows, and that it has all repositories that
the rules' MODULE.bazel makes for other modules.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WORKSPACE = HERE / "workspace"
BAZEL = str(ROOT / "tools/bazel")


def documented() -> str:
    """Returns the WORKSPACE file of the documentation, with this repository's path from the workspace that is tried."""
    text = (ROOT / "docs/workspace.md").read_text()
    section = text[text.index("\n## Without modules\n") :]
    snippet = re.search(r"^```starlark\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert snippet, "docs/workspace.md has no WORKSPACE file"
    return snippet.group(1).replace('path = "../rules_rust_lambda"', 'path = "../.."')


def made_by_modules() -> set[str]:
    """Returns the repositories of the rules' own module extensions that are not for their development alone."""
    extensions = set()
    repositories = set()
    # The syntax is a part of Python's.
    for statement in ast.parse((ROOT / "MODULE.bazel").read_text()).body:
        call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if isinstance(statement, ast.Assign) and call.func.id == "use_extension":
            development = any(keyword.arg == "dev_dependency" for keyword in call.keywords)
            if not development and ast.literal_eval(call.args[0]).startswith("//"):
                extensions |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif call.func.id == "use_repo" and isinstance(call.args[0], ast.Name) and call.args[0].id in extensions:
            repositories |= {ast.literal_eval(argument) for argument in call.args[1:]}
    return repositories


def bazel(startup: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Bazel in the workspace; what it says is shown, its standard output returned."""
    return subprocess.run([BAZEL, *startup, *arguments], cwd=WORKSPACE, stdout=subprocess.PIPE, text=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--startup", action="append", default=[], metavar="OPTION", help="a startup option of Bazel's")
    startup: list[str] = parser.parse_args().startup
    if documented() != (WORKSPACE / "WORKSPACE").read_text():
        print("e2e/workspace/WORKSPACE and the one in docs/workspace.md differ", file=sys.stderr)
        return 1
    expected = made_by_modules()
    assert expected, "MODULE.bazel names no repositories"
    declared = bazel(startup, "query", "--noshow_progress", "//external:*").stdout.split()
    missing = sorted(name for name in expected if f"//external:{name}" not in declared)
    if missing:
        print(f"rules/repositories.bzl does not declare {', '.join(missing)}, which MODULE.bazel has", file=sys.stderr)
        return 1
    test = bazel(startup, "test", "--noshow_progress", "--test_output=errors", "//...")
    print(test.stdout, end="")
    bazel(startup, "shutdown")
    return test.returncode


if __name__ == "__main__":
    sys.exit(main())
