"""Which `lambda_runtime` a program depends on, and by way of which of its dependencies."""

load("@rules_rust//rust:defs.bzl", "rust_common")

LambdaRuntimeInfo = provider(
    doc = "The lambda_runtime that lies below a crate, or is it.",
    fields = {
        "crate": "DepVariantInfo: the crate.",
        "version": "str: its version; empty if its rule does not name it.",
    },
)

def _aspect_impl(target, ctx):
    if rust_common.crate_info in target and target[rust_common.crate_info].name == "lambda_runtime":
        return [LambdaRuntimeInfo(
            crate = rust_common.dep_variant_info(
                crate_info = target[rust_common.crate_info],
                dep_info = target[rust_common.dep_info],
                build_info = None,
                cc_info = None,
                crate_group_info = None,
            ),
            version = getattr(ctx.rule.attr, "version", ""),
        )]
    for dep in getattr(ctx.rule.attr, "deps", []):
        if LambdaRuntimeInfo in dep:
            return [dep[LambdaRuntimeInfo]]
    return []

lambda_runtime_aspect = aspect(
    doc = "Looks for lambda_runtime below a crate.",
    implementation = _aspect_impl,
    attr_aspects = ["deps"],
)

# The crates that start the event loop themselves; any other above lambda_runtime is a framework.
_CLIENTS = ["lambda_runtime", "lambda_http"]

def _name(dep):
    return dep[rust_common.crate_info].name if rust_common.crate_info in dep else ""

def find_lambda_runtime(deps):
    """Returns the lambda_runtime that a program uses.

    Args:
      deps: the program's dependencies, under `lambda_runtime_aspect`.

    Returns:
      A LambdaRuntimeInfo, or None if there is no lambda_runtime below any of them.
    """
    below = [dep for dep in deps if LambdaRuntimeInfo in dep]
    for client in _CLIENTS:
        for dep in below:
            if _name(dep) == client:
                return dep[LambdaRuntimeInfo]
    return below[0][LambdaRuntimeInfo] if below else None

def is_framework(dep):
    """Whether a dependency, under `lambda_runtime_aspect`, is one that may start the event loop on a program's behalf.

    Args:
      dep: a Target.

    Returns:
      A bool.
    """
    return LambdaRuntimeInfo in dep and _name(dep) not in _CLIENTS

# The oldest version that the bridge can be compiled against; one before it is reached by HTTP only.
OLDEST_BRIDGED = (0, 13)

# The first version whose Context has a tenant.
FIRST_WITH_TENANT = (1, 1)

def is_older(info, version):
    """Whether a lambda_runtime is older than a version. One whose version is not known is taken for a new one.

    Args:
      info: a LambdaRuntimeInfo.
      version: a pair of numbers, major and minor.

    Returns:
      A bool.
    """
    numbers = info.version.split(".")
    if len(numbers) < 2 or not numbers[0].isdigit() or not numbers[1].isdigit():
        return False
    return (int(numbers[0]), int(numbers[1])) < version
