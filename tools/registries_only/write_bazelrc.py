"""Writes the bazelrc that lets Debian's Bazel build this workspace without the Bazel Central Registry.

Modules that Debian packages are overridden by their folders. Those that are named in the module graph and are
not packaged (none of their targets is built here) get a stub in a registry of local files, so that resolution
succeeds.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

# Where Debian's packages put the modules of the graph, below usr/share/bazel.
PACKAGED = {
    "bazel_features": "tools/features",
    "bazel_skylib": "tools/skylib",
    "platforms": "tools/platforms",
    "rules_cc": "rules/cc",
    "rules_java": "rules/java",
    "rules_license": "rules/license",
    "rules_proto": "rules/proto",
    "rules_python": "rules/python",
    "rules_rust": "rules/rust",
}

# `bazel_tools` uses an extension of this module, which is why its stub needs a file.
BUILDOZER_BINARY = """\
def _impl(ctx):
    ctx.file("BUILD.bazel", "")

_repository = repository_rule(implementation = _impl)

buildozer_binary = module_extension(implementation = lambda ctx: _repository(name = "buildozer_binary"))
"""


def dependencies(module_bazel: Path) -> set[tuple[str, str]]:
    """Returns the (name, version) pairs of the `bazel_dep` calls of a MODULE.bazel file, dev dependencies too."""
    text = re.sub(r"^\s*#.*$", "", module_bazel.read_text(), flags=re.MULTILINE)
    found = set()
    for call in re.findall(r"bazel_dep\(([^)]*)\)", text):
        values = dict(re.findall(r'(\w+)\s*=\s*"([^"]*)"', call))
        if "version" in values:
            found.add((values["name"], values["version"]))
    return found


def write_stub(registry: Path, name: str, version: str) -> None:
    """Adds an empty module to a registry of local files."""
    module = f'module(name = "{name}", version = "{version}")\n'
    entry = registry / "modules" / name / version
    source = registry / "stubs" / name / version
    entry.mkdir(parents=True, exist_ok=True)
    source.mkdir(parents=True, exist_ok=True)
    for folder in (entry, source):
        (folder / "MODULE.bazel").write_text(module)
    (entry / "source.json").write_text(json.dumps({"type": "local_path", "path": str(source)}))
    (source / "BUILD.bazel").write_text("")
    if name == "buildozer":
        (source / "buildozer_binary.bzl").write_text(BUILDOZER_BINARY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefix", type=Path, required=True, help="where Debian's packages were unpacked")
    parser.add_argument("--cargo-home", type=Path, required=True, help="a Cargo home with cargo-bazel in it")
    parser.add_argument("--workspace", type=Path, required=True, help="the root of this workspace")
    parser.add_argument("--output", type=Path, required=True, help="the bazelrc to write")
    arguments = parser.parse_args()

    share = arguments.prefix / "root/usr/share/bazel"
    registry = arguments.prefix / "registry"
    registry.mkdir(exist_ok=True)
    (registry / "bazel_registry.json").write_text("{}")
    modules = [arguments.workspace / "MODULE.bazel", share / "embedded_tools/MODULE.bazel"]
    modules += [share / folder / "MODULE.bazel" for folder in PACKAGED.values()]
    for module in modules:
        for name, version in dependencies(module):
            if name not in PACKAGED:
                write_stub(registry, name, version)

    lines = [
        f"startup --install_base={share}",
        "startup --trust_install_base",
        f"startup --server_javabase={arguments.prefix}/root/usr/lib/jvm/java-25-openjdk-amd64",
    ]
    # A company's or a proxy's certificate authorities, as Debian's ca-certificates-java gathers them.
    trust_store = Path("/etc/ssl/certs/java/cacerts")
    if trust_store.exists():
        lines.append(f"startup --host_jvm_args=-Djavax.net.ssl.trustStore={trust_store}")
    lines += [
        "common --noenable_workspace",
        "common --lockfile_mode=off",
        f"common --registry=file://{registry}",
        f"common --repo_env=CARGO_BAZEL_GENERATOR_URL=file://{arguments.cargo_home}/bin/cargo-bazel",
        f"common --repo_env=CARGO_HOME={arguments.cargo_home}",
    ]
    lines += [f"common --override_module={name}={share / folder}" for name, folder in PACKAGED.items()]
    arguments.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
