#!/usr/bin/env python3
"""Writes a workspace with a Lambda function in it, or adds a function to a workspace that this wrote.

    tools/new FOLDER [--kind KIND] [--name NAME]    a new workspace, with a function called as the folder
    tools/new add NAME [--kind KIND] [--in FOLDER]  a further function, in the workspace of the current folder

What is written are the files of starter/workspace, beside this file, under other names. No file that is there is
overwritten: Cargo.toml, to which `add` appends the function's binary, is the only one that is changed.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "workspace"
RULES = HERE.parent

# Kinds of functions, each a package of the template called `starter_KIND`.
KINDS = {
    "plain": "an event and a response of your own",
    "http": "an HTTP API or a function URL, by axum",
    "sqs": "messages of a queue, with failures of single ones",
    "s3": "objects that were put into a bucket",
    "eventbridge": "events of EventBridge's bus",
}

# What a new workspace has beside its functions. Cargo.toml is put together.
WORKSPACE_FILES = (".bazelrc", ".bazelversion", ".gitignore", "BUILD.bazel", "Cargo.lock", "MODULE.bazel")

# What no crate can be called in any edition of Rust.
KEYWORD_NAMES = """
abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in
let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof
unsafe unsized use virtual where while yield
"""
KEYWORDS = frozenset(KEYWORD_NAMES.split())
# Rust's own crates, and those that a program uses: a crate that is called alike is not found, or found in their place.
CRATE_NAMES = "alloc core proc_macro std test aws_lambda_events axum lambda_http lambda_runtime serde serde_json tokio"
CRATES = frozenset(CRATE_NAMES.split())
# Folders that Bazel and Cargo make; Cargo refuses binaries that are called as those in its own.
FOLDERS = frozenset({"build", "deps", "examples", "external", "incremental", "target"})

# A function's name on Lambda has 64 characters at most; the bucket that a function of kind `s3` gets, with account and
# Region behind it, 63: `-123456789012-ap-southeast-1`.
LONGEST = 34


@dataclass
class Plan:
    """What is to be written: contents by path, and what keeps it from being written."""

    folder: Path
    files: dict[Path, str] = field(default_factory=dict)
    # Behind what a file has.
    appended: dict[Path, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Writes the files, each only if it is not there.

        Raises:
          OSError: a file is there by now, or can't be written.
        """
        for path, text in self.files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("x", encoding="utf-8") as file:
                file.write(text)
        for path, text in self.appended.items():
            with (self.folder / path).open("a", encoding="utf-8") as file:
                file.write(text)


def name_problems(name: str) -> list[str]:
    """Returns why a function can't have a name: as a folder, a package of Bazel's, a crate and a function on Lambda."""
    crate = name.replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", name):
        suggested = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()))
        suggested = suggested.lstrip("0123456789-")
        meant = f", such as `{suggested}`" if suggested else ""
        return [
            f"the name `{name}`: take small letters, digits, and single `-` or `_` between them, a letter first{meant}"
        ]
    if crate in KEYWORDS:
        return [f"the name `{name}`: is a keyword of Rust's, which no crate can be called; `{name}-function` would do"]
    if crate in CRATES:
        return [f"the name `{name}`: is a crate's that programs use; `{name}-function` would do"]
    if name in FOLDERS:
        return [f"the name `{name}`: is a folder that Bazel or Cargo uses; `{name}-function` would do"]
    if len(name) > LONGEST:
        return [f"the name `{name}`: has {len(name)} characters; {LONGEST} at most leave room for what is named by it"]
    return []


def kind_problems(kind: str) -> list[str]:
    """Returns why there is no such kind, with those that may be meant."""
    if kind in KINDS:
        return []
    close = difflib.get_close_matches(kind.lower(), KINDS, n=2, cutoff=0.5)
    meant = f"; did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
    return [f"`--kind {kind}`: the kinds are {', '.join(KINDS)}{meant}"]


def renamed(text: str, kind: str, name: str) -> str:
    """Returns a file of the template of a kind for a function of another name."""
    text = text.replace(f"starter-{kind}", name.replace("_", "-"))
    return text.replace(f"starter_{kind}", name.replace("-", "_"))


def function_files(kind: str, name: str) -> dict[Path, str]:
    """Returns the files of a function's package, by their paths in the workspace."""
    template = TEMPLATE / f"starter_{kind}"
    return {
        Path(name) / path.relative_to(template): renamed(path.read_text(encoding="utf-8"), kind, name)
        for path in sorted(template.rglob("*"))
        if path.is_file()
    }


def binary(name: str) -> str:
    """Returns what Cargo.toml says of a function."""
    return f'\n[[bin]]\nname = "{name}"\npath = "{name}/src/main.rs"\n'


def module_name(folder: Path) -> str:
    """Returns a name of a module, and of Cargo's package, for a workspace."""
    words = re.findall(r"[a-z0-9]+", folder.name.lower())
    name = "_".join(words).lstrip("0123456789_") or "lambdas"
    # Cargo refuses keywords, and a package that is called as one that it depends on is ambiguous in Cargo.lock.
    return f"{name}_workspace" if name in KEYWORDS | CRATES | locked_packages() else name


def locked_packages() -> set[str]:
    """Returns the names of the packages that the template's Cargo.lock has, with `_` for `-`."""
    lock = (TEMPLATE / "Cargo.lock").read_text(encoding="utf-8")
    return {name.replace("-", "_") for name in re.findall(r'^name = "(.*)"$', lock, re.MULTILINE)}


def lock_for(module: str) -> str:
    """Returns Cargo.lock with the workspace's package in it, where Cargo would put it: packages are sorted by name."""
    lock = (TEMPLATE / "Cargo.lock").read_text(encoding="utf-8").replace('"starter_workspace"', f'"{module}"')
    head, *packages = lock.rstrip("\n").split("\n\n[[package]]\n")
    # Those of one name stay in the order of their versions.
    packages.sort(key=lambda package: package.split("\n", 1)[0].split('"')[1])
    return "\n\n[[package]]\n".join([head, *packages]) + "\n"


def workspace_files(folder: Path) -> dict[Path, str]:
    """Returns the files of a workspace in a folder, but for its functions'."""
    module = module_name(folder)
    files = {Path(name): (TEMPLATE / name).read_text(encoding="utf-8") for name in WORKSPACE_FILES}
    rules = os.path.relpath(RULES, folder)
    files[Path("MODULE.bazel")] = (
        files[Path("MODULE.bazel")]
        .replace('"starter_workspace"', f'"{module}"')
        .replace('path = "../.."', f'path = "{rules}"')
    )
    files[Path("Cargo.lock")] = lock_for(module)
    manifest = (TEMPLATE / "Cargo.toml").read_text(encoding="utf-8")
    files[Path("Cargo.toml")] = manifest.partition("\n[[bin]]")[0].replace('"starter_workspace"', f'"{module}"')
    return files


def new(folder: Path, name: str, kind: str) -> Plan:
    """Plans a new workspace with one function."""
    folder = folder.resolve()
    plan = Plan(folder, problems=name_problems(name) + kind_problems(kind))
    if folder.exists() and not folder.is_dir():
        plan.problems.append(f"{folder}: is a file; name a folder that is not there, or empty")
    elif folder.is_dir():
        there = sorted(path.name for path in folder.iterdir() if path.name != ".git")
        if there:
            more = "" if len(there) <= 3 else f" and {len(there) - 3} more"
            plan.problems.append(f"{folder}: is not empty ({', '.join(there[:3])}{more}); name another, or use `add`")
    if folder == RULES or RULES in folder.parents:
        plan.problems.append(f"{folder}: is in the rules' own clone; name a folder beside it, such as ../{folder.name}")
    if plan.problems:
        return plan
    plan.files = {**workspace_files(folder), **function_files(kind, name)}
    plan.files[Path("Cargo.toml")] += binary(name)
    return plan


def add(folder: Path, name: str, kind: str) -> Plan:
    """Plans a further function of a workspace: the one that holds the folder."""
    folder = folder.resolve()
    root = next((above for above in (folder, *folder.parents) if (above / "MODULE.bazel").is_file()), None)
    plan = Plan(root or folder, problems=name_problems(name) + kind_problems(kind))
    if root is None:
        plan.problems.append(f"{folder}: is in no workspace: there is no MODULE.bazel in it, or above it")
        return plan
    # Also a link that leads nowhere.
    if os.path.lexists(root / name):
        plan.problems.append(f"{root / name}: is there; choose another name")
    manifest = root / "Cargo.toml"
    text = manifest.read_text(encoding="utf-8") if manifest.is_file() else None
    if text is None:
        plan.problems.append(f"{manifest}: is not there, and names the crates; `add` is for what `new` wrote")
    else:
        if not re.search(r"^\[package\]", text, re.MULTILINE):
            plan.problems.append(f"{manifest}: has no [package] that a [[bin]] can be added to")
        if re.search(rf"^name\s*=\s*[\"']{re.escape(name)}[\"']", text, re.MULTILINE):
            plan.problems.append(f"{manifest}: names `{name}` already; choose another name")
    if kind in KINDS:
        files = function_files(kind, name)
        missing = [] if text is None else lacking(text, files[Path(name) / "BUILD.bazel"])
        plan.problems.extend(
            f"{manifest}: [dependencies] lacks `{crate}`, which a function of kind {kind} needs: add `{line}`, and "
            "have Cargo write Cargo.lock (`cargo update --workspace`)"
            for crate, line in missing
        )
        if not plan.problems:
            plan.files = files
            plan.appended = {Path("Cargo.toml"): ("" if text and text.endswith("\n") else "\n") + binary(name)}
    return plan


def lacking(manifest: str, build_file: str) -> list[tuple[str, str]]:
    """Returns the crates of a BUILD file that a manifest does not have, each with the template's line for it."""
    ours = (TEMPLATE / "Cargo.toml").read_text(encoding="utf-8")
    found = []
    for crate in re.findall(r'"@crates//:([^"]+)"', build_file):
        line = rf"^(?:{crate}(?:\.\w+)?\s*=.*|\[dependencies\.{crate}\])$"
        if not re.search(line, manifest, re.MULTILINE):
            match = re.search(line, ours, re.MULTILINE)
            assert match, f"{TEMPLATE}/Cargo.toml lacks {crate}"
            found.append((crate, match.group()))
    return found


def next_commands(plan: Plan, name: str) -> str:
    """Returns what to run next, from the current folder."""
    here = Path.cwd().resolve()
    change = [] if plan.folder == here else [f"cd {shlex.quote(os.path.relpath(plan.folder, here))}"]
    event = next(
        path
        for path in plan.files
        if path.suffix == ".json" and path.stem + ".response.json" in {other.name for other in plan.files}
    )
    # Without one on the PATH, the clone's, which makes a Bazel where it can.
    bazel = "bazel" if shutil.which("bazel") else shlex.quote(os.path.relpath(RULES / "tools/bazel", plan.folder))
    commands = [
        *change,
        f"{bazel} test //{name}:lambda_test",
        f"{bazel} run //{name}:lambda_local -- invoke {event.as_posix()}",
        f"{bazel} run //{name}:lambda_local",
    ]
    return "\n".join(f"  {command}" for command in commands)


def parsers() -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Returns what reads the arguments of a new workspace, and those of `add`."""
    kinds = "\n".join(f"  {kind:<12} {what}" for kind, what in KINDS.items())
    both = []
    for program, what in (("new", "Writes a workspace with a function"), ("new add", "Adds a function to a workspace")):
        parser = argparse.ArgumentParser(
            prog=program,
            description=f"{what}.",
            epilog=f"kinds:\n{kinds}"
            + ("\n\n`new add --help` is about further functions." if program == "new" else ""),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # Not `choices`: what is wrong is said together with all else.
        parser.add_argument("--kind", default="plain", help="what invokes it; plain by default")
        both.append(parser)
    fresh, further = both
    fresh.add_argument("folder", type=Path, help="the workspace's folder: not there yet, or empty")
    fresh.add_argument("--name", help="the function's name; the folder's by default")
    further.add_argument("name", help="the function's name, and its folder's")
    further.add_argument("--in", dest="folder", type=Path, default=Path(), help="a folder of the workspace; this one")
    return fresh, further


def main(arguments: list[str]) -> int:
    fresh, further = parsers()
    if arguments[:1] == ["add"]:
        options = further.parse_args(arguments[1:])
        name: str = options.name
        plan = add(options.folder, name, options.kind)
    else:
        options = fresh.parse_args(arguments)
        name = options.name or options.folder.resolve().name
        plan = new(options.folder, name, options.kind)
    if plan.problems:
        print(
            "error: nothing was written:", *(f"  - {problem}" for problem in plan.problems), sep="\n", file=sys.stderr
        )
        return 1
    try:
        plan.write()
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{plan.folder}: wrote {len(plan.files)} files, for the function `{name}` of kind {options.kind}. Next:")
    print(next_commands(plan, name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
