"""The zip: a shared library for Lambda's platform, and the shim that calls it."""

load("@bazel_skylib//lib:paths.bzl", "paths")
load("@rules_rust//rust:rust_common.bzl", "DepInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo", "LambdaZipInfo")
load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")
load(":runtimes.bzl", "RUNTIMES")

_CPUS = {architecture.lambda_name: cpu for cpu, architecture in ARCHITECTURES.items()}

def _lambda_transition_impl(_settings, attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:platforms": str(Label("//rules/platforms:linux_{}_glibc_{}".format(
            _CPUS[attr.architecture],
            RUNTIMES[attr.runtime].glibc,
        ))),
    }

_lambda_transition = transition(
    implementation = _lambda_transition_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:platforms",
    ],
)

_HANDLER = '''\
def {name}(event: Any, context: Any) -> Any:
    """Calls the Rust program `{crate}`."""
    return _respond({number}, event, context)
'''

def _shim(ctx, library_name, names):
    output = ctx.actions.declare_file(ctx.label.name + "_shim/index.py")
    handlers = [
        _HANDLER.format(name = name, crate = crate, number = number)
        for number, (name, crate) in enumerate(names)
    ]
    ctx.actions.expand_template(
        output = output,
        template = ctx.file._shim,
        substitutions = {
            "\"FUNCTION_NAMES\"": ", ".join(["\"{}\"".format(name) for name, _ in names]),
            "# HANDLERS": "\n" + "\n\n".join(handlers).rstrip("\n"),
            "LIBRARY_FILE": library_name,
        },
    )
    return output

def _check(ctx, library, rlibs):
    listed = ctx.actions.declare_file(ctx.label.name + ".rlibs")
    output = ctx.actions.declare_file(ctx.label.name + ".checked")
    lines = ctx.actions.args()
    lines.add_all(rlibs)
    lines.set_param_file_format("multiline")
    ctx.actions.write(listed, lines)
    arguments = ctx.actions.args()
    arguments.add("check")
    arguments.add("--exports", "lambda_shim_")
    arguments.add("--glibc", RUNTIMES[ctx.attr.runtime].glibc)
    arguments.add("--label", str(ctx.label))
    arguments.add("--library", library)
    arguments.add("--output", output)
    arguments.add("--rlibs", listed)
    ctx.actions.run(
        executable = ctx.executable._packager,
        arguments = [arguments],
        inputs = depset([library, listed], transitive = [rlibs]),
        outputs = [output],
        mnemonic = "LambdaCheckLibrary",
        progress_message = "Checking the shared library of %{label}",
    )
    return output

def _data_name(ctx, file):
    """The path in the zip of a data file: its path in the package, or in the workspace if it is of another."""
    path = file.short_path
    package = ctx.label.package + "/"
    if path.startswith("../"):
        return paths.join("external", path[len("../"):])
    return path[len(package):] if path.startswith(package) else path

def _lambda_zip_impl(ctx):
    # A transition makes a list of what it leads to.
    library = ctx.files.library[0]
    rlibs = depset(transitive = [program[DepInfo].transitive_crate_outputs for program in ctx.attr.programs])
    library_name = "lib{}.so".format(ctx.attr.library_name)
    shim = _shim(ctx, library_name, [("handler", ctx.attr.library_name)])
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    arguments.add("--executable", "{}={}".format(library_name, library.path))
    arguments.add("--file", "index.py=" + shim.path)
    for file in ctx.files.data:
        arguments.add("--file", "{}={}".format(_data_name(ctx, file), file.path))
    ctx.actions.run(
        executable = ctx.executable._packager,
        arguments = [arguments],
        inputs = [library, shim] + ctx.files.data,
        outputs = [zip],
        mnemonic = "LambdaZip",
        progress_message = "Packing %{label}",
    )
    functions = [function[LambdaFunctionInfo] for function in ctx.attr.functions]
    return [
        DefaultInfo(files = depset([zip])),
        OutputGroupInfo(
            manifest = depset([function.manifest for function in functions]),
            rewritten_sources = depset(transitive = [function.sources for function in functions]),
            shared_library = depset([library]),
            _validation = depset([_check(ctx, library, rlibs)]),
        ),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            handlers = ["index.handler"],
            library = library,
            runtime = ctx.attr.runtime,
            zip = zip,
        ),
    ]

lambda_zip = rule(
    doc = "Packs a shared library and its shim. Used through `rust_lambda_zip`.",
    implementation = _lambda_zip_impl,
    attrs = {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = _CPUS.keys(),
        ),
        "data": attr.label_list(doc = "Files that are laid into the zip.", allow_files = True),
        "functions": attr.label_list(
            doc = "The rewritten programs.",
            cfg = _lambda_transition,
            mandatory = True,
            providers = [LambdaFunctionInfo],
        ),
        "library": attr.label(doc = "The shared library.", cfg = _lambda_transition, mandatory = True),
        "library_name": attr.string(doc = "Its name in the zip, without `lib` and `.so`.", mandatory = True),
        "programs": attr.label_list(doc = "The programs' crates.", cfg = _lambda_transition, mandatory = True),
        "runtime": attr.string(
            doc = "The identifier of Lambda's runtime.",
            default = "python3.13",
            values = RUNTIMES.keys(),
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_packager": attr.label(default = "//packager", executable = True, cfg = "exec"),
        "_shim": attr.label(default = "//shim/python:index.py", allow_single_file = True),
    },
    provides = [LambdaZipInfo],
)
