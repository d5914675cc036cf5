"""The zip: a shared library for Lambda's platform, and the shim that calls it."""

load("@rules_rust//rust:rust_common.bzl", "CrateInfo", "DepInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "closest", "readable")
load(":check.bzl", "check_library")
load(":pack.bzl", "PACK_ATTRS", "data_contents", "list_contents", "pack")
load(":platform.bzl", "CPUS", "lambda_transition")
load(":python_deps.bzl", "PYTHON_DEPS_ATTRS", "python_deps_contents")
load(":root_crate.bzl", "exported_prefixes", "library_name")
load(":runtimes.bzl", "RUNTIMES", "is_library")
load(":unversioned.bzl", "check_versions", "unversioned_aspect")

# Who runs the loop over the Runtime API.
_DISPATCHES = ["ctypes", "extension", "native"]

def _shim(ctx, names):
    output = ctx.actions.declare_file(ctx.label.name + "_shim/index.py")
    handlers = [
        "{} = _library.handler({})".format(name, number)
        for number, name in enumerate(names)
    ]
    ctx.actions.expand_template(
        output = output,
        template = ctx.file._shim,
        substitutions = {
            "\"DISPATCH\"": "\"{}\"".format(ctx.attr.dispatch),
            "\"FUNCTION_NAMES\"": ", ".join(["\"{}\"".format(name) for name in names]),
            "# HANDLERS": "\n".join(handlers),
            "LIBRARY_MODULE": library_name(ctx.attr.crate_name),
            "METRICS_NAMESPACE": ctx.attr.metrics_namespace,
        },
    )
    return output

def _strip(ctx, linked):
    library = ctx.actions.declare_file("{}_library/{}.so".format(ctx.label.name, library_name(ctx.attr.crate_name)))
    arguments = ctx.actions.args()
    arguments.add("strip")
    arguments.add("--library", linked)
    arguments.add("--output", library)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [linked],
        outputs = [library],
        mnemonic = "LambdaStripLibrary",
        progress_message = "Stripping the shared library of %{label}",
    )
    return library

# What CloudFront takes for viewer events: 1 MB.
_EDGE_LIMIT = 1000000

def _wrong_namespace(namespace):
    """Says what CloudWatch does not take of a namespace."""
    odd = [char for char in namespace.elems() if not char.isalnum() and char not in "._/#:- "]
    if odd or len(namespace) > 255 or namespace.startswith((":", "AWS/")):
        return "metrics_namespace is `{}`; it may have 255 letters, digits, spaces and `._/#:-`, and not start with `:` or `AWS/`, which is Amazon's own".format(namespace)
    return None

def _check_attributes(ctx):
    """Refuses, all at once, what can't be packed or would not run."""
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
    if ctx.attr.dispatch not in _DISPATCHES:
        wrong.append("dispatch is `{}`; it is one of {}".format(ctx.attr.dispatch, ", ".join(["`{}`".format(dispatch) for dispatch in _DISPATCHES])))
    if ctx.attr.dispatch == "native" and ctx.attr.metrics_namespace:
        wrong.append("metrics are logged where Python's client calls the library, and with `dispatch = \"native\"` it does not; take one of `metrics_namespace` and `dispatch` out")
    if ctx.attr.dispatch == "native" and ctx.attr.shared:
        wrong.append("with `dispatch = \"native\"` a program takes the process over; pack each of `functions` in a zip of its own")
    if ctx.attr.edge and ctx.attr.layer_libraries:
        wrong.append("Lambda@Edge has no layers; take `edge` or `layer_libraries` out, and lay the libraries into the zip by `data`")
    folders = [library for library in ctx.attr.layer_libraries if "/" in library or ".so" not in library]
    if folders:
        wrong.append("layer_libraries has {}; it is the names of files, as programs are linked with them: `libNAME.so.1`".format(", ".join(["`{}`".format(library) for library in folders])))
    if ctx.attr.edge and ctx.attr.architecture != "x86_64":
        wrong.append("Lambda@Edge runs on x86_64, and architecture is `{}`; take `edge` or `architecture` out".format(ctx.attr.architecture))
    namespace = _wrong_namespace(ctx.attr.metrics_namespace)
    if namespace:
        wrong.append(namespace)
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))

def _check_names(ctx):
    """Refuses functions that index.py or the library's root crate could not tell apart."""
    handlers = {}
    crates = {}
    for target in ctx.attr.functions:
        function = target[LambdaFunctionInfo]
        for names, name, attribute in [(handlers, function.handler, "handler"), (crates, function.crate_name, "crate_name")]:
            if name in names:
                fail("{}: {} and {} have the same `{}`, `{}`; set another for one of them.".format(
                    readable(ctx.label),
                    readable(names[name]),
                    readable(target.label),
                    attribute,
                    name,
                ))
            names[name] = target.label

def _lambda_zip_impl(ctx):
    _check_attributes(ctx)

    # A transition makes a list of what it leads to.
    linked = ctx.files.library[0]
    library = _strip(ctx, linked)
    functions = [function[LambdaFunctionInfo] for function in ctx.attr.functions]
    _check_names(ctx)
    check_versions(readable(ctx.label), ctx.attr.functions)
    rlibs = depset(
        [function[CrateInfo].output for function in ctx.attr.functions],
        transitive = [function[DepInfo].transitive_crate_outputs for function in ctx.attr.functions],
    )
    shim = _shim(ctx, [function.handler for function in functions])
    limit = "{}=on Lambda@Edge, for viewer events".format(_EDGE_LIMIT) if ctx.attr.edge else None
    beside = data_contents(ctx) + python_deps_contents(ctx).items()
    listed = list_contents(ctx, beside)
    zip, contents = pack(ctx, library, library.basename, [shim, ctx.file._calls], listed, beside, limit)
    return [
        DefaultInfo(files = depset([zip])),
        OutputGroupInfo(
            manifest = depset([function.manifest for function in functions]),
            rewritten_sources = depset(transitive = [function.sources for function in functions]),
            shared_library = depset([library]),
            symbols = depset([linked]),
            _validation = depset([check_library(ctx, linked, exported_prefixes(ctx.attr.crate_name), rlibs, listed, beside)]),
        ),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            contents = contents,
            edge = ctx.attr.edge,
            handlers = ["index." + function.handler for function in functions],
            library = library,
            runtime = ctx.attr.runtime,
            streaming = ctx.attr.dispatch == "native",
            zip = zip,
        ),
    ]

lambda_zip = rule(
    doc = "Packs a shared library and its shim. Used through `rust_lambda_zip`.",
    implementation = _lambda_zip_impl,
    attrs = PACK_ATTRS | PYTHON_DEPS_ATTRS | {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = CPUS.keys(),
        ),
        "crate_name": attr.string(doc = "What the library is named after.", mandatory = True),
        "dispatch": attr.string(
            doc = "Who runs the loop over the Runtime API.",
            default = "ctypes",
        ),
        "edge": attr.bool(doc = "Whether it is for Lambda@Edge."),
        "functions": attr.label_list(
            doc = "The rewritten programs.",
            aspects = [unversioned_aspect],
            cfg = lambda_transition,
            mandatory = True,
            providers = [CrateInfo, DepInfo, LambdaFunctionInfo],
        ),
        "layer_libraries": attr.string_list(doc = "Names of shared libraries that layers bring."),
        "library": attr.label(doc = "The shared library.", cfg = lambda_transition, mandatory = True),
        "metrics_namespace": attr.string(doc = "The namespace of CloudWatch metrics; none are logged without one."),
        "runtime": attr.string(
            doc = "The identifier of Lambda's runtime.",
            default = "python3.13",
        ),
        "shared": attr.bool(doc = "Whether its functions are targets of the user's own."),
        "_calls": attr.label(default = "//shim/python:lambda_shim_calls.py", allow_single_file = True),
        "_shim": attr.label(default = "//shim/python:index.py", allow_single_file = True),
    },
    provides = [LambdaZipInfo],
    toolchains = [BUILD_TOOL],
)
