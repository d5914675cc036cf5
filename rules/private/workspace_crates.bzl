"""The crates below a program that people of its own workspace wrote."""

load("@rules_rust//rust:defs.bzl", "rust_common")

WorkspaceCratesInfo = provider(
    doc = "The crates below a target, and itself, that crate_universe did not make a target of.",
    fields = {
        "roots": "depset[File]: their crate roots.",
        "sources": "depset[File]: all their Rust sources.",
    },
)

# What crate_universe tags its targets with.
_GENERATED = "cargo-bazel"

# The crates that every program is on, wherever their targets come from.
_RUNTIMES = ["lambda_http", "lambda_runtime", "tokio"]

def _aspect_impl(target, ctx):
    roots = []
    sources = []
    if rust_common.crate_info in target:
        crate = target[rust_common.crate_info]
        if _GENERATED in ctx.rule.attr.tags or crate.name in _RUNTIMES:
            return []
        roots.append(crate.root)
        sources.extend([file for file in crate.srcs.to_list() if file.extension == "rs"])
    below = [dep[WorkspaceCratesInfo] for dep in getattr(ctx.rule.attr, "deps", []) if WorkspaceCratesInfo in dep]
    return [WorkspaceCratesInfo(
        roots = depset(roots, transitive = [info.roots for info in below]),
        sources = depset(sources, transitive = [info.sources for info in below]),
    )]

workspace_crates_aspect = aspect(
    doc = "Gathers the crates that people of the workspace wrote.",
    implementation = _aspect_impl,
    attr_aspects = ["deps"],
)

def workspace_crates(deps):
    """Returns the crates of a program's workspace that it depends on.

    Args:
      deps: the program's dependencies, under `workspace_crates_aspect`.

    Returns:
      A WorkspaceCratesInfo.
    """
    found = [dep[WorkspaceCratesInfo] for dep in deps if WorkspaceCratesInfo in dep]
    return WorkspaceCratesInfo(
        roots = depset(transitive = [info.roots for info in found]),
        sources = depset(transitive = [info.sources for info in found]),
    )
