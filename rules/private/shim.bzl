"""The shim for Python: `index.py`, which loads the library of a zip or of a layer."""

load(":attributes.bzl", "closest")
load(":layers.bzl", "wrong_layers")
load(":runtimes.bzl", "RUNTIMES", "is_library", "wrong_glibc")

# Who runs the loop over the Runtime API.
_DISPATCHES = ["ctypes", "extension", "native"]

# Of rules that pack a shim, and have PACK_ATTRS.
SHIM_ATTRS = {
    "dispatch": attr.string(
        doc = "Who runs the loop over the Runtime API.",
        default = "extension",
    ),
    "edge": attr.bool(doc = "Whether it is for Lambda@Edge."),
    "layer_libraries": attr.string_list(doc = "Names of shared libraries that layers of others bring."),
    "metrics_namespace": attr.string(doc = "The namespace of CloudWatch metrics; none are logged without one."),
    "runtime": attr.string(
        doc = "The identifier of Lambda's runtime.",
        default = "python3.13",
    ),
    # Modules of their own, since `/var/task` keeps no bytecode: what a cold start does not need is not compiled there.
    "_calls": attr.label(default = "//shim/python:lambda_shim_calls.py", allow_single_file = True),
    "_ctypes": attr.label(default = "//shim/python:lambda_shim_ctypes.py", allow_single_file = True),
    "_shim": attr.label(default = "//shim/python:index.py", allow_single_file = True),
}

def shim(ctx, library, handlers):
    """Writes the shim.

    Args:
      ctx: of a rule with SHIM_ATTRS.
      library: the name under which Python imports the library.
      handlers: the names of the functions' handlers, in the order in which the library numbers them.

    Returns:
      A list of File, which lie beside each other in a zip.
    """
    output = ctx.actions.declare_file(ctx.label.name + "_shim/index.py")
    lines = [
        "{} = _library.handler({})".format(name, number)
        for number, name in enumerate(handlers)
    ]
    ctx.actions.expand_template(
        output = output,
        template = ctx.file._shim,
        substitutions = {
            "\"DISPATCH\"": "\"{}\"".format(ctx.attr.dispatch),
            "\"FUNCTION_NAMES\"": ", ".join(["\"{}\"".format(name) for name in handlers]),
            "# HANDLERS": "\n".join(lines),
            "LIBRARY_MODULE": library,
            "METRICS_NAMESPACE": ctx.attr.metrics_namespace,
        },
    )
    return [output, ctx.file._calls] + ([ctx.file._ctypes] if ctx.attr.dispatch == "ctypes" else [])

def _wrong_namespace(namespace):
    """Says what CloudWatch does not take of a namespace."""
    odd = [char for char in namespace.elems() if not char.isalnum() and char not in "._/#:- "]
    if odd or len(namespace) > 255 or namespace.startswith((":", "AWS/")):
        return ["metrics_namespace is `{}`; it may have 255 letters, digits, spaces and `._/#:-`, and not start with `:` or `AWS/`, which is Amazon's own".format(namespace)]
    return []

def wrong_shim(ctx):
    """Says what of a shim's settings can't be packed or would not run.

    Args:
      ctx: of a rule with PACK_ATTRS and SHIM_ATTRS.

    Returns:
      A list of str.
    """
    wrong = []
    if ctx.attr.runtime not in RUNTIMES:
        meant = closest(ctx.attr.runtime, RUNTIMES.keys())
        wrong.append("runtime is `{}`{}; it is one of {}".format(
            ctx.attr.runtime,
            ", for `{}`?".format(meant) if meant else "",
            ", ".join(["`{}`".format(runtime) for runtime in RUNTIMES]),
        ))
    elif not is_library(ctx.attr.runtime):
        wrong.append("`runtime` is a `select()` that comes to `{}`, for which the program is built in another way than for Python's runtimes; make a target for each kind, and an `alias` whose `actual` is that `select()`".format(ctx.attr.runtime))
    wrong += wrong_glibc(ctx.attr.runtime, ctx.attr.glibc)
    if ctx.attr.dispatch not in _DISPATCHES:
        wrong.append("dispatch is `{}`; it is one of {}".format(ctx.attr.dispatch, ", ".join(["`{}`".format(dispatch) for dispatch in _DISPATCHES])))
    if ctx.attr.dispatch == "native" and ctx.attr.metrics_namespace:
        wrong.append("metrics are logged where Python's client calls the library, and with `dispatch = \"native\"` it does not; take one of `metrics_namespace` and `dispatch` out")
    if ctx.attr.edge and ctx.attr.layers:
        wrong.append("Lambda@Edge has no layers; take `edge` or `layers` out")
    elif ctx.attr.edge and ctx.attr.layer_libraries:
        wrong.append("Lambda@Edge has no layers; take `edge` or `layer_libraries` out, and lay the libraries into the zip by `data`")
    folders = [library for library in ctx.attr.layer_libraries if "/" in library or ".so" not in library]
    if folders:
        wrong.append("layer_libraries has {}; it is the names of files, as programs are linked with them: `libNAME.so.1`".format(", ".join(["`{}`".format(library) for library in folders])))
    return wrong + _wrong_namespace(ctx.attr.metrics_namespace) + wrong_layers(ctx)
