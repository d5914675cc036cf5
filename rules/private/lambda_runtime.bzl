"""Which `lambda_runtime` a program depends on, and by way of which of its dependencies."""

load("@rules_rust//rust:defs.bzl", "rust_common")

LambdaCratesInfo = provider(
    doc = "What a dependency brings to a program.",
    fields = {
        "crates": "list: a struct for its crate, or for each crate of its group: `label`, `name` (its own), and `runtime`, the lambda_runtime that lies below it or that it is (a struct of `crate`, its DepVariantInfo, `label` and `version`, empty if its rule does not name it); None if there is none.",
    },
)

def _crate(label, name, runtime):
    return struct(
        label = label,
        name = name,
        runtime = runtime,
    )

def _first_runtime(crates):
    runtimes = [crate.runtime for crate in crates if crate.runtime]
    return runtimes[0] if runtimes else None

def _aspect_impl(target, ctx):
    deps = getattr(ctx.rule.attr, "deps", [])
    below = crates_of(deps) if type(deps) == "list" else []
    if rust_common.crate_info in target:
        crate = target[rust_common.crate_info]
        runtime = _first_runtime(below)
        if crate.name == "lambda_runtime":
            runtime = struct(
                crate = rust_common.dep_variant_info(
                    crate_info = crate,
                    dep_info = target[rust_common.dep_info],
                    build_info = None,
                    cc_info = None,
                    crate_group_info = None,
                ),
                label = crate.owner,
                version = getattr(ctx.rule.attr, "version", ""),
            )
        return [LambdaCratesInfo(crates = [_crate(crate.owner, crate.name, runtime)])]
    if rust_common.crate_group_info in target:
        known = {crate.runtime.label: crate.runtime for crate in below if crate.runtime} | {
            crate.label: crate.runtime
            for crate in below
        }
        members = [variant.crate_info for variant in target[rust_common.crate_group_info].dep_variant_infos.to_list() if variant.crate_info]
        return [LambdaCratesInfo(crates = [_crate(member.owner, member.name, known.get(member.owner)) for member in members])]
    return []

lambda_runtime_aspect = aspect(
    doc = "Looks for lambda_runtime below a crate.",
    implementation = _aspect_impl,
    attr_aspects = ["deps"],
)

# The crates that start the event loop themselves; any other above lambda_runtime is a framework. A program that has both most
# often starts the first.
_CLIENTS = ["lambda_http", "lambda_runtime"]

def crates_of(deps):
    """Returns the crates that dependencies bring, those of groups among them.

    Args:
      deps: Targets, under `lambda_runtime_aspect`.

    Returns:
      A list of what `LambdaCratesInfo` holds.
    """
    return [crate for dep in deps if LambdaCratesInfo in dep for crate in dep[LambdaCratesInfo].crates]

def find_lambda_runtime(crates):
    """Returns the lambda_runtime that a program most likely starts. It may have another besides.

    Args:
      crates: what `crates_of` returns for the program's dependencies.

    Returns:
      The `runtime` of one of them, or None if there is no lambda_runtime below any.
    """
    for client in _CLIENTS:
        runtime = _first_runtime([crate for crate in crates if crate.name == client])
        if runtime:
            return runtime
    return _first_runtime(crates)

def is_framework(crate):
    """Whether a crate is one that may start the event loop on a program's behalf.

    Args:
      crate: one of what `crates_of` returns.

    Returns:
      A bool.
    """
    return crate.runtime != None and crate.name not in _CLIENTS

# The oldest version that the bridge can be compiled against; one before it is reached by HTTP only.
OLDEST_BRIDGED = (0, 13)

# The first version whose Context has a tenant.
FIRST_WITH_TENANT = (1, 1)

def is_older(info, version):
    """Whether a lambda_runtime is older than a version. One whose version is not known is taken for a new one.

    Args:
      info: what `find_lambda_runtime` returns.
      version: a pair of numbers, major and minor.

    Returns:
      A bool.
    """
    numbers = info.version.split(".")
    if len(numbers) < 2 or not numbers[0].isdigit() or not numbers[1].isdigit():
        return False
    return (int(numbers[0]), int(numbers[1])) < version
