"""The Python that zips are run under: a registered toolchain's, of the version that a target asks for."""

load(":attributes.bzl", "readable")
load(":runtimes.bzl", "PYTHON_VERSIONS")

_TOOLCHAIN = "@rules_python//python:toolchain_type"

# What rules_python's toolchains, and the wheels of its hubs, are chosen by.
_VERSION = "@rules_python//python/config_settings:python_version"

# The same, for a toolchain that is for these rules alone, or of a version that an older rules_python does not take.
_OWN_VERSION = str(Label("//rules/settings:python_version"))

# What `version_settings` sets.
PYTHON_SETTINGS = [_OWN_VERSION, _VERSION]

def _minor(version):
    """The version that Lambda names, such as `3.13`, of one that may have a third number."""
    return ".".join(version.split(".")[:2])

def version_settings(version):
    """What toolchains, and hubs' wheels, of a version of Python are chosen by.

    Args:
      version: the version, such as `3.13`.

    Returns:
      A dict of PYTHON_SETTINGS, for a transition; empty if Lambda does not have the version.
    """

    # One that Lambda does not have is refused by the rule.
    if _minor(version) not in PYTHON_VERSIONS:
        return {}
    return {_OWN_VERSION: _minor(version), _VERSION: version}

def _python_version_transition_impl(_settings, attr):
    return version_settings(attr.python_version)

# For what runs under, or belongs to, the Python that the attribute `python_version` names; without one, nothing changes.
python_version_transition = transition(
    implementation = _python_version_transition_impl,
    inputs = [],
    outputs = PYTHON_SETTINGS,
)

RegisteredPythonInfo = provider(
    doc = "What toolchain resolution finds.",
    fields = {"runtime": "PyRuntimeInfo: of Python 3; `None` if no toolchain fits."},
)

def _registered_python_impl(ctx):
    toolchain = ctx.toolchains[_TOOLCHAIN]
    return [RegisteredPythonInfo(runtime = toolchain.py3_runtime if toolchain else None)]

registered_python = rule(
    doc = "Reads the Python toolchain of its configuration.",
    implementation = _registered_python_impl,
    # Where there is none, the rule that asks for it says what to do.
    toolchains = [config_common.toolchain_type(_TOOLCHAIN, mandatory = False)],
)

PYTHON_ATTRS = {
    "python": attr.label(
        doc = "The interpreter, a file, in place of a registered toolchain's; not with `python_version`.",
        allow_single_file = True,
    ),
    "python_version": attr.string(doc = "The version of Python, such as `3.13`, which chooses among the toolchains that are registered; the default one's if it is empty. See docs/testing.md."),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
    "_registered_python": attr.label(
        cfg = python_version_transition,
        default = "//rules/private:registered_python",
        providers = [RegisteredPythonInfo],
    ),
}

_REMEDY = """\
Register one in MODULE.bazel:
    python = use_extension("@rules_python//python/extensions:python.bzl", "python")
    python.toolchain(python_version = "{version}")
or declare one, as docs/testing.md of rules_rust_lambda shows, or name an interpreter by `python`."""

def _check_version(ctx, version):
    label = readable(ctx.label)
    if ctx.attr.python:
        fail("{}: it has `python`, an interpreter, and `python_version`, which is for toolchains; take one of them out.".format(label))
    if _minor(version) not in PYTHON_VERSIONS:
        fail("{}: `python_version` is `{}`; Lambda's runtimes have {}.".format(
            label,
            version,
            ", ".join(["`{}`".format(known) for known in PYTHON_VERSIONS]),
        ))

def find_python(ctx):
    """Finds the interpreter that a target asks for.

    Args:
      ctx: of a rule with PYTHON_ATTRS.

    Returns:
      A struct: `path`, the interpreter's at run time; `files`, a depset of what it needs; `version`, which it must turn out to have,
      such as `3.13`, or `None`.
    """
    version = ctx.attr.python_version
    if version:
        _check_version(ctx, version)
    if ctx.file.python:
        return struct(path = ctx.file.python.short_path, files = depset([ctx.file.python]), version = None)

    # A transition makes a list of what it leads to.
    runtime = ctx.attr._registered_python[0][RegisteredPythonInfo].runtime
    if not runtime:
        fail("{}: no Python toolchain {}fits the platform that is built for. {}".format(
            readable(ctx.label),
            "of version {} ".format(version) if version else "",
            _REMEDY.format(version = version or PYTHON_VERSIONS[-1]),
        ))

    # Not all of them tell it; when the interpreter runs, it is asked.
    told = getattr(runtime, "interpreter_version_info", None)
    if version and told and told.major != None and told.minor != None:
        found = "{}.{}".format(told.major, told.minor)
        if found != _minor(version):
            fail("{}: `python_version` is `{}`, and the first Python toolchain that fits is of {}: none of {} is registered, or comes before it. {}".format(
                readable(ctx.label),
                version,
                found,
                version,
                _REMEDY.format(version = version),
            ))
    if runtime.interpreter:
        path, files = runtime.interpreter.short_path, depset([runtime.interpreter], transitive = [runtime.files])
    else:
        path, files = runtime.interpreter_path, depset()
    return struct(path = path, files = files, version = _minor(version) if version else None)
