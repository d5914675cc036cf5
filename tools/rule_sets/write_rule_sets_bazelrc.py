"""Writes the bazelrc that lets Debian's Bazel build a workspace with rule sets of a folder.

It is the bazelrc of tools/registries_only with other modules: each folder of the rule sets overrides the module that
it is named after, Debian's copies serve for modules that are not among them, and what is left of the module graph gets
a stub in a registry of local files. An extension of a stub that some module uses makes empty repositories.
"""

from __future__ import annotations

import argparse
import ast
import json
from dataclasses import dataclass, field
from pathlib import Path

# What Debian's package is made of. Debian leaves the version empty, which reads as "newer than any" to rule sets that
# ask for it. The server reads it from a file of its class path that Debian doesn't have.
BAZEL_VERSION = "7.7.1"

EXTENSION = """\
def _repository_impl(ctx):
    ctx.file("BUILD.bazel", "")

_repository = repository_rule(implementation = _repository_impl)

def _extension_impl(_ctx):
    for name in {repositories}:
        _repository(name = name)
"""

# The BUILD file of platforms loads these rules of package_metadata, which say under what licence it is.
PACKAGE_METADATA = """\
def {rule}(name, **_kwargs):
    native.filegroup(name = name, applicable_licenses = [])
"""

# The constraints of rules_rust's platforms for Apple's systems.
APPLE_CONSTRAINTS = """\
package(default_visibility = ["//visibility:public"])

constraint_setting(name = "environment")

[
    constraint_value(
        name = name,
        constraint_setting = ":environment",
    )
    for name in ["catalyst", "device", "simulator"]
]
"""

# rules_rust asks it how Bazel writes these folders of macOS in command lines.
APPLE_SUPPORT = """\
apple_support = struct(path_placeholders = struct(
    sdkroot = lambda: "__BAZEL_XCODE_SDKROOT__",
    xcode = lambda: "__BAZEL_XCODE_DEVELOPER_DIR__",
))
"""

# What other modules load of stubs.
LOADED = {
    "apple_support": {
        "constraints/BUILD.bazel": APPLE_CONSTRAINTS,
        "lib/BUILD.bazel": "",
        "lib/apple_support.bzl": APPLE_SUPPORT,
    },
    "package_metadata": {
        "licenses/rules/BUILD.bazel": "",
        "licenses/rules/license.bzl": PACKAGE_METADATA.format(rule="license"),
        "rules/BUILD.bazel": "",
        "rules/package_metadata.bzl": PACKAGE_METADATA.format(rule="package_metadata"),
    },
}

# The attribute that takes a value of MODULE.bazel; a tag's labels are written as strings.
ATTRIBUTES = {
    bool: "attr.bool",
    int: "attr.int",
    str: "attr.string",
    list: "attr.string_list",
    dict: "attr.string_dict",
}


@dataclass
class Extension:
    """What the modules of the graph want of one module extension."""

    repositories: set[str] = field(default_factory=set)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Module:
    """What is read of a MODULE.bazel file."""

    # Pairs of name and version.
    dependencies: set[tuple[str, str]] = field(default_factory=set)
    local_paths: dict[str, str] = field(default_factory=dict)
    # By module, .bzl file in it and name.
    extensions: dict[tuple[str, str, str], Extension] = field(default_factory=dict)


def literal(node: ast.expr) -> object:
    """Returns the value of an expression that is a literal, or None."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def read_module(folder: Path, is_root: bool) -> Module:
    """Reads the MODULE.bazel file of a folder. Only the root module's dev dependencies count, as in Bazel."""
    # The syntax is a part of Python's.
    tree = ast.parse((folder / "MODULE.bazel").read_text())
    module = Module()
    names: dict[str, str] = {}
    variables: dict[str, Extension] = {}
    for statement in tree.body:
        call = statement.value if isinstance(statement, (ast.Assign, ast.Expr)) else None
        if not isinstance(call, ast.Call):
            continue
        values = {keyword.arg: literal(keyword.value) for keyword in call.keywords if keyword.arg}
        arguments = [literal(argument) for argument in call.args]
        if values.get("dev_dependency") and not is_root:
            continue
        match call.func:
            case ast.Name("bazel_dep"):
                name = str(values["name"])
                names[str(values.get("repo_name") or name)] = name
                module.dependencies.add((name, str(values.get("version", ""))))
            case ast.Name("local_path_override"):
                module.local_paths[str(values["module_name"])] = str(values["path"])
            case ast.Name("use_extension") if isinstance(statement, ast.Assign):
                repository, _, path = str(arguments[0]).lstrip("@").partition("//")
                extension = module.extensions.setdefault(
                    (names.get(repository, ""), path.replace(":", "/").lstrip("/"), str(arguments[1])), Extension()
                )
                variables |= {target.id: extension for target in statement.targets if isinstance(target, ast.Name)}
            case ast.Name("use_repo") if isinstance(call.args[0], ast.Name) and call.args[0].id in variables:
                imported = [*arguments[1:], *values.values()]
                variables[call.args[0].id].repositories |= {str(name) for name in imported if name}
            case ast.Attribute(ast.Name(variable), tag) if variable in variables:
                attributes = variables[variable].tags.setdefault(tag, {})
                attributes |= {name: ATTRIBUTES.get(type(value), "attr.string") for name, value in values.items()}
            case _:
                pass
    return module


def write(path: Path, text: str) -> None:
    """Writes a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_stub(registry: Path, name: str, version: str, extensions: dict[tuple[str, str], Extension]) -> None:
    """Adds a module without targets to a registry of local files."""
    module = f'module(name = "{name}", version = "{version}")\n'
    entry = registry / "modules" / name / version
    source = registry / "stubs" / name / version
    write(entry / "MODULE.bazel", module)
    write(entry / "source.json", json.dumps({"type": "local_path", "path": str(source)}))
    write(source / "MODULE.bazel", module)
    write(source / "BUILD.bazel", "")
    for path, text in LOADED.get(name, {}).items():
        write(source / path, text)
    for path in {path for path, _ in extensions}:
        here = {extension: wanted for (file, extension), wanted in extensions.items() if file == path}
        repositories = sorted(set().union(*(wanted.repositories for wanted in here.values())))
        text = EXTENSION.format(repositories=json.dumps(repositories))
        for extension, wanted in here.items():
            tags = []
            for tag, attributes in wanted.tags.items():
                attrs = ", ".join(f'"{name}": {kind}()' for name, kind in attributes.items())
                tags.append(f'"{tag}": tag_class(attrs = {{{attrs}}})')
            classes = ", ".join(tags)
            text += f"\n{extension} = module_extension(implementation = _extension_impl, tag_classes = {{{classes}}})\n"
        write(source / path, text)
        write((source / path).parent / "BUILD.bazel", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debian", type=Path, required=True, help="the bazelrc of tools/registries_only")
    parser.add_argument("--rule-sets", type=Path, required=True, help="a folder with a folder for each module")
    parser.add_argument("--workspace", type=Path, required=True, help="the workspace to build")
    parser.add_argument("--generator", type=Path, help="the cargo-bazel that fits the rules_rust of the rule sets")
    parser.add_argument("--output", type=Path, required=True, help="the folder to write to")
    arguments = parser.parse_args()

    override = "common --override_module="
    generator = "common --repo_env=CARGO_BAZEL_GENERATOR_URL="
    lines = arguments.debian.read_text().splitlines()
    packaged = dict(line.removeprefix(override).split("=", 1) for line in lines if line.startswith(override))
    folders = {name: Path(folder) for name, folder in packaged.items()}
    rule_sets = {path.parent.name: path.parent for path in arguments.rule_sets.glob("*/MODULE.bazel")}
    folders |= rule_sets

    # Bazel refuses to override a module that is not in the graph, so the graph is followed.
    embedded = arguments.debian.parent / "root/usr/share/bazel/embedded_tools"
    root = read_module(arguments.workspace, is_root=True)
    local_paths = {name: arguments.workspace / path for name, path in root.local_paths.items()}
    modules = [root, read_module(embedded, is_root=False)]
    seen: set[str] = set()
    stubs: set[tuple[str, str]] = set()
    extensions: dict[str, dict[tuple[str, str], Extension]] = {}
    while modules:
        module = modules.pop()
        for name, version in module.dependencies:
            folder = local_paths.get(name) or folders.get(name)
            if not folder:
                stubs.add((name, version))
            elif name not in seen:
                seen.add(name)
                modules.append(read_module(folder, is_root=False))
        for (name, path, symbol), wanted in module.extensions.items():
            extension = extensions.setdefault(name, {}).setdefault((path, symbol), Extension())
            extension.repositories |= wanted.repositories
            for tag, attributes in wanted.tags.items():
                extension.tags.setdefault(tag, {}).update(attributes)

    registry = arguments.output / "registry"
    write(registry / "bazel_registry.json", "{}")
    for name, version in stubs:
        write_stub(registry, name, version, extensions.get(name, {}))
    write(arguments.output / "version/build-data.properties", f"build.label={BAZEL_VERSION}\n")

    lines = [line for line in lines if not line.startswith((override, "common --registry="))]
    lines.append(f"startup --host_jvm_args=-Xbootclasspath/a:{arguments.output}/version")
    lines.append(f"common --registry=file://{registry}")
    if arguments.generator:
        lines = [line for line in lines if not line.startswith(generator)]
        lines.append(f"{generator}file://{arguments.generator}")
        # In the Cargo home that is set there is the user's configuration, which may name a mirror.
        lines.append("common --repo_env=CARGO_BAZEL_ISOLATED=false")
    if "rules_python" in rule_sets:
        # The Python that it would fetch for itself is in no package registry; this is the one of the PATH.
        lines.append("common --extra_toolchains=@bazel_tools//tools/python:autodetecting_toolchain")
    lines += [f"{override}{name}={folders[name]}" for name in sorted(seen - set(local_paths))]
    write(arguments.output / "bazelrc", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
