"""The crates below a program that may need its runtime between events: those of its own workspace, and extensions."""

load("@rules_rust//rust:defs.bzl", "rust_common")

BesideInfo = provider(
    doc = "What lies below a crate, or is it.",
    fields = {
        "has_extension": "bool: whether the crate that Lambda extensions are written with is there.",
        "roots": "depset[File]: the crate roots of crates that crate_universe did not make targets of.",
        "sources": "depset[File]: all Rust sources of those.",
    },
)

# What crate_universe tags its targets with.
_GENERATED = "cargo-bazel"

# The crates that every program is on, wherever their targets come from. They start nothing of themselves.
_RUNTIMES = ["lambda_http", "lambda_runtime", "tokio"]

def _aspect_impl(target, ctx):
    below = [dep[BesideInfo] for dep in getattr(ctx.rule.attr, "deps", []) if BesideInfo in dep]
    has_extension = bool([info for info in below if info.has_extension])
    roots = []
    sources = []
    if rust_common.crate_info in target:
        crate = target[rust_common.crate_info]
        if crate.name in _RUNTIMES:
            return []
        has_extension = has_extension or crate.name == "lambda_extension"
        if _GENERATED not in ctx.rule.attr.tags:
            roots.append(crate.root)
            sources.extend([file for file in crate.srcs.to_list() if file.extension == "rs"])
    if not below and not has_extension and not roots:
        return []
    return [BesideInfo(
        has_extension = has_extension,
        roots = depset(roots, transitive = [info.roots for info in below]),
        sources = depset(sources, transitive = [info.sources for info in below]),
    )]

beside_aspect = aspect(
    doc = "Looks for what may need a program's runtime between events.",
    implementation = _aspect_impl,
    attr_aspects = ["deps"],
)

def has_extension(dep):
    """Whether a dependency, under `beside_aspect`, is or depends on the crate that extensions are written with.

    Args:
      dep: a Target.

    Returns:
      A bool.
    """
    return BesideInfo in dep and dep[BesideInfo].has_extension

def workspace_crates(deps):
    """Returns the crates of a program's workspace that it depends on.

    Args:
      deps: the program's dependencies, under `beside_aspect`.

    Returns:
      A struct of the `roots` and the `sources`, as in a BesideInfo.
    """
    found = [dep[BesideInfo] for dep in deps if BesideInfo in dep]
    return struct(
        roots = depset(transitive = [info.roots for info in found]),
        sources = depset(transitive = [info.sources for info in found]),
    )
