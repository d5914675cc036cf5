"""Crates whose build scripts would name symbols by a version that they are not compiled with."""

load("@rules_rust//rust:defs.bzl", "rust_common")

# By the crate's name in Rust, the one in Cargo. Their build scripts prefix the symbols of C code with `env!("CARGO_PKG_VERSION")`; the crates
# themselves ask for them by their own version.
_CRATES = {
    "aws_lc_fips_sys": "aws-lc-fips-sys",
    "aws_lc_sys": "aws-lc-sys",
}

# What rules_rust compiles a target with whose version nobody says.
_NO_VERSION = "0.0.0"

_CompiledInfo = provider(
    doc = "What a crate is compiled with.",
    fields = {"version": "str: its `CARGO_PKG_VERSION`; empty if a file gives it."},
)

_BuildScriptInfo = provider(
    doc = "What runs a build script.",
    fields = {"version": "str: what the script is compiled with, as in `_CompiledInfo`."},
)

UnversionedInfo = provider(
    doc = "The crates below a target whose build scripts are compiled without the version that they ask for.",
    fields = {"crates": "depset[(str, str)]: the names in Cargo, and the crates' own versions."},
)

def _aspect_impl(target, ctx):
    attributes = ctx.rule.attr

    # A build script runs what is compiled for it.
    script = getattr(attributes, "script", None)
    if script:
        for kind in [_BuildScriptInfo, _CompiledInfo]:
            if kind in script:
                return [_BuildScriptInfo(version = script[kind].version)]
        return []
    below = []
    found = []
    name = target[rust_common.crate_info].name if rust_common.crate_info in target else ""
    version = getattr(attributes, "version", "")
    for dep in getattr(attributes, "deps", []) + [getattr(attributes, "program", None)]:
        if not dep:
            continue
        if UnversionedInfo in dep:
            below.append(dep[UnversionedInfo].crates)
        if name in _CRATES and _BuildScriptInfo in dep and dep[_BuildScriptInfo].version == _NO_VERSION and version != _NO_VERSION:
            found.append((_CRATES[name], version))
    rustc_env = getattr(attributes, "rustc_env", {})
    is_open = getattr(attributes, "rustc_env_files", [])
    return [
        _CompiledInfo(version = "" if is_open else rustc_env.get("CARGO_PKG_VERSION", version)),
        UnversionedInfo(crates = depset(found, transitive = below)),
    ]

unversioned_aspect = aspect(
    doc = "Looks for crates whose build scripts are compiled without the version that they ask for.",
    implementation = _aspect_impl,
    attr_aspects = ["deps", "program", "script"],
)

def check_versions(label, targets):
    """Fails if crates are below that could not be linked.

    Args:
      label: a str, the target of the user's.
      targets: its programs, under `unversioned_aspect`.
    """
    crates = depset(transitive = [target[UnversionedInfo].crates for target in targets]).to_list()
    if not crates:
        return
    fail("{}: {} would not link: rules_rust compiles its build script without the version that it names C code's symbols by. Say it, in MODULE.bazel, beside `from_cargo`:\n{}\n(`crates_repository` and `crates_vendor` take the same in `annotations`; a `cargo_build_script` of your own takes it as `rustc_env`; see docs/native_code.md)".format(
        label,
        " and ".join(["`{}`".format(name) for name, _ in crates]),
        "\n".join([
            "    crate.annotation(\n        build_script_rustc_env = {{\"CARGO_PKG_VERSION\": \"{}\"}},\n        crate = \"{}\",\n    )".format(version, name)
            for name, version in crates
        ]),
    ))
