"""Whether there is a Rust toolchain for the platform that is built for, and what to add where there is none.

Bazel would say that no toolchain was found for a type. It looks for one before it looks at what a target depends on, so what needs one
is chosen by a `select()` in the target above it.
"""

load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")

_RUST = "@rules_rust//rust:toolchain_type"

def _rust_toolchain_found_impl(ctx):
    return [config_common.FeatureFlagInfo(value = "yes" if ctx.toolchains[_RUST] else "no")]

rust_toolchain_found = rule(
    doc = "Tells `config_setting` whether there is a Rust toolchain: `yes` or `no`.",
    implementation = _rust_toolchain_found_impl,
    toolchains = [config_common.toolchain_type(_RUST, mandatory = False)],
)

_MISSING = """there is no Rust toolchain for {triple}, which a zip is built for. If Rust comes from rules_rust, its tag in MODULE.bazel names it \
among the `extra_target_triples`, and what it makes is registered:

    rust.toolchain(
        …
        extra_target_triples = [
            "aarch64-unknown-linux-gnu",
            "x86_64-unknown-linux-gnu",
        ],
    )
    use_repo(rust, "rust_toolchains")

    register_toolchains("@rust_toolchains//:all")

In WORKSPACE, `rust_register_toolchains(…)` takes the same `extra_target_triples`. A `rust_toolchain` of yours is registered by a `toolchain` whose \
`target_compatible_with` is `["@platforms//os:linux", "@platforms//cpu:{cpu}"]`, and has the standard library for {triple} as \
its `rust_std`. See docs/overrides.md."""

def _no_rust_toolchain_impl(ctx):
    for cpu, constraint in zip(ARCHITECTURES, ctx.attr.cpus):
        if ctx.target_platform_has_constraint(constraint[platform_common.ConstraintValueInfo]):
            fail(_MISSING.format(cpu = cpu, triple = cpu + "-unknown-linux-gnu"))
    fail("there is no Rust toolchain for the platform that is built for. A zip is built for Lambda's, whatever that is.")

no_rust_toolchain = rule(
    doc = "Fails, in the place of what needs a Rust toolchain where there is none.",
    implementation = _no_rust_toolchain_impl,
    attrs = {
        "cpus": attr.label_list(
            default = ["@platforms//cpu:" + cpu for cpu in ARCHITECTURES],
            providers = [platform_common.ConstraintValueInfo],
        ),
    },
)

def where_rust_is(target):
    """What needs a Rust toolchain, as a value of a label attribute of a target that is built for the same platform.

    Args:
      target: its label.

    Returns:
      A `select()`.
    """
    return select({
        Label("//rules/private:lacks_rust_toolchain"): Label("//rules/private:no_rust_toolchain"),
        "//conditions:default": target,
    })

# What of the attributes that every rule has an `alias` has, too.
_OF_ALIAS = [
    "compatible_with",
    "deprecation",
    "restricted_to",
    "tags",
    "target_compatible_with",
    "testonly",
    "visibility",
]

def linked_where_rust_is(name, target, **common):
    """Declares another name of a target, for one that is not built for the same platform.

    Args:
      name: the name.
      target: what needs a Rust toolchain.
      **common: attributes that every rule has.
    """
    native.alias(
        name = name,
        actual = where_rust_is(target),
        **{key: value for key, value in common.items() if key in _OF_ALIAS}
    )
