"""What the bridge is compiled with: the crates that the program's own `lambda_runtime`, and its `hyper`, depend on."""

load("@rules_rust//rust:defs.bzl", "rust_common")
load(":attributes.bzl", "OWNER_ATTRS", "owner")
load(":flags.bzl", "flags_for_dependants")
load(":lambda_runtime.bzl", "FIRST_WITH_TENANT", "OLDEST_BRIDGED", "crates_of", "find_lambda_runtime", "is_older", "lambda_runtime_aspect")

# What the bridge names. Each is a direct dependency of lambda_runtime; those of `_OF_HYPER` are of its hyper, or else of it.
_OF_HYPER = ["httparse"]
_LOOPBACK_CRATES = [
    "base64",
    "httparse",
    "serde",
    "serde_json",
]
_CRATES = _LOOPBACK_CRATES + [
    "bytes",
    "hyper",
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
    crates = crates_of(ctx.attr.deps)
    found = find_lambda_runtime(crates)
    if found:
        return found
    fail("{}: neither lambda_runtime nor lambda_http is among the `deps` ({}). Add the one that the program uses, as in deps = [\"@crates//:lambda_runtime\"].".format(
        owner(ctx),
        ", ".join([crate.name for crate in crates]) or "which name no crate",
    ))

def _bridge_deps_impl(ctx):
    runtime = _lambda_runtime(ctx)
    below = _direct_crates(runtime.crate.crate_info)
    if "hyper" in below:
        of_hyper = _direct_crates(below["hyper"].crate_info)
        below = {name: of_hyper[name] for name in _OF_HYPER if name in of_hyper} | below
    names = _LOOPBACK_CRATES if is_older(runtime, OLDEST_BRIDGED) else _CRATES
    absent = [name for name in names if name not in below]
    if absent:
        fail("{}: neither lambda_runtime {} nor its hyper depends on {}; versions from 0.8 on are served.".format(
            owner(ctx),
            runtime.version,
            ", ".join(absent),
        ))
    return [rust_common.crate_group_info(
        dep_variant_infos = depset([runtime.crate] + [below[name] for name in names]),
    )]

bridge_deps = rule(
    doc = "Gives the bridge the program's own lambda_runtime, and the crates that the bridge names.",
    implementation = _bridge_deps_impl,
    attrs = OWNER_ATTRS | {
        "deps": attr.label_list(doc = "The program's dependencies.", aspects = [lambda_runtime_aspect], mandatory = True),
    },
)

def _bridge_flags_impl(ctx):
    flags = ctx.actions.declare_file(ctx.label.name)
    runtime = _lambda_runtime(ctx)
    lines = []
    if is_older(runtime, OLDEST_BRIDGED):
        lines.append("--cfg=loopback_only")
    if is_older(runtime, FIRST_WITH_TENANT):
        lines.append("--cfg=no_tenant")
    ctx.actions.write(flags, "".join([line + "\n" for line in lines]))
    return [flags_for_dependants(flags)]

bridge_flags = rule(
    doc = "Tells the bridge what it is compiled against.",
    implementation = _bridge_flags_impl,
    attrs = OWNER_ATTRS | {
        "deps": attr.label_list(doc = "The program's dependencies.", aspects = [lambda_runtime_aspect], mandatory = True),
    },
)
