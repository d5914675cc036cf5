"""`rust_lambda_bridge`: what the calls that start a program's event loop become."""

load("@rules_rust//rust:defs.bzl", "rust_library")
load("//rules/private:attributes.bzl", "begin_macro", "internal")
load("//rules/private:bridge_deps.bzl", "bridge_deps", "bridge_flags")

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

    Other targets that this makes, all tagged `manual` and for this macro alone: `NAME_deps` (what of `deps` the bridge is compiled with)
    and `NAME_flags` (how).

    Args:
      name: the target's name.
      deps: the lambda_runtime, or what depends on it.
      **kwargs: attributes that every rule has.
    """
    common, _ = begin_macro("rust_lambda_bridge", name, kwargs, named = _NAMED, own = [])
    for rule, suffix in [(bridge_deps, "_deps"), (bridge_flags, "_flags")]:
        rule(
            name = name + suffix,
            deps = deps,
            **internal(common)
        )
    rust_library(
        name = name,
        srcs = [Label("//shim/bridge:srcs")],
        crate_name = "lambda_bridge",
        crate_root = Label("//shim/bridge:src/lib.rs"),
        edition = "2021",
        deps = [
            name + "_deps",
            name + "_flags",
            Label("//shim/rust:lambda_shim"),
        ],
        **common
    )
