"""`rust_lambda_bridge`: what the calls that start a program's event loop become."""

load("@rules_rust//rust:defs.bzl", "rust_library")
load("//rules/private:attributes.bzl", "begin_macro", "internal")
load("//rules/private:bridge_deps.bzl", "bridge_deps", "bridge_flags")
load("//rules/private:forwarded.bzl", "FORWARDED")

# What it names, for who misspells one.
_NAMED = [
    "deps",
]

def rust_lambda_bridge(name, deps, **kwargs):
    """Compiles the bridge against a lambda_runtime, for functions that have it among their dependencies.

    A `rust_lambda_function` makes its own; one that many name as their `bridge` is compiled once.

        rust_lambda_bridge(
            name = "bridge",
            deps = ["@crates//:lambda_runtime"],
        )

    It is tagged `manual`, as only a zip tells what it is compiled for. Other targets that this makes, tagged so as well, and for this macro
    alone: `NAME_deps` (what of `deps` the bridge is compiled with) and `NAME_flags` (how).

    Args:
      name: the target's name.
      deps: the lambda_runtime of the programs, or what depends on it, such as lambda_http.
      **kwargs: attributes that every rule has.
    """
    common, _ = begin_macro("rust_lambda_bridge", name, kwargs, named = _NAMED, own = FORWARDED["rust_lambda_bridge"])
    owner = kwargs.get("owner") or name
    inner = internal(common)

    # The user's target comes first, for Bazel to name it if there is another of its name.
    rust_library(
        name = name,
        srcs = [Label("//shim/bridge:srcs")],
        crate_name = "lambda_bridge",
        crate_root = Label("//shim/bridge:src/lib.rs"),
        edition = "2021",
        deps = [
            name + "_deps",
            name + "_flags",
            Label("//shim/library:lambda_shim"),
        ],
        **(common | {"tags": inner["tags"]})
    )
    for rule, suffix in [(bridge_deps, "_deps"), (bridge_flags, "_flags")]:
        rule(
            name = name + suffix,
            owner = owner,
            deps = deps,
            **inner
        )
