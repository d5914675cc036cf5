"""The crates that the bridge is compiled against: the ones that the program's own `lambda_runtime` depends on."""

load("@rules_rust//rust:defs.bzl", "rust_common")

# What the bridge names. Each is a direct dependency of lambda_runtime.
_CRATES = [
    "base64",
    "bytes",
    "http",
    "serde",
    "serde_json",
    "serde_path_to_error",
    "tokio",
    "tokio_stream",
    "tower",
    "tracing",
]

def _direct_crates(crate):
    """Returns a dict of the crates that a crate depends on, as DepVariantInfo, by their names."""
    return {
        dep.crate_info.name: dep
        for dep in crate.deps.to_list()
        if getattr(dep, "crate_info", None)
    }

def _lambda_runtime(ctx):
    """Finds lambda_runtime among the program's dependencies, or below lambda_http."""
    direct = {dep[rust_common.crate_info].name: dep for dep in ctx.attr.deps if rust_common.crate_info in dep}
    if "lambda_runtime" in direct:
        dep = direct["lambda_runtime"]
        return rust_common.dep_variant_info(
            crate_info = dep[rust_common.crate_info],
            dep_info = dep[rust_common.dep_info],
            build_info = None,
            cc_info = None,
            crate_group_info = None,
        )
    if "lambda_http" in direct:
        found = _direct_crates(direct["lambda_http"][rust_common.crate_info]).get("lambda_runtime")
        if found:
            return found
    fail("{}: neither lambda_runtime nor lambda_http is among the `deps` ({}). Add the one that the program uses, as in deps = [\"@crates//:lambda_runtime\"].".format(
        str(ctx.label).removesuffix(".bridge_deps"),
        ", ".join(direct.keys()) or "which name no crate",
    ))

def _bridge_deps_impl(ctx):
    runtime = _lambda_runtime(ctx)
    below = _direct_crates(runtime.crate_info)
    absent = [name for name in _CRATES if name not in below]
    if absent:
        fail("{}: this lambda_runtime does not depend on {}; versions from 0.13 on are served.".format(
            ctx.label,
            ", ".join(absent),
        ))
    return [rust_common.crate_group_info(
        dep_variant_infos = depset([runtime] + [below[name] for name in _CRATES]),
    )]

bridge_deps = rule(
    doc = "Gives the bridge the program's own lambda_runtime, and the crates whose types that one's interface has.",
    implementation = _bridge_deps_impl,
    attrs = {
        "deps": attr.label_list(doc = "The program's dependencies.", mandatory = True),
    },
)
