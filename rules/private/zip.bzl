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

# What index.py defines itself, or Python has as a word.
_TAKEN_NAMES = {
    name: None
    for name in [
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "ctypes",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "os",
        "pass",
        "raise",
        "return",
        "sys",
        "try",
        "while",
        "with",
        "yield",
    ]
}

def _check_names(ctx):
    """Refuses functions that index.py or the library's root crate could not tell apart."""
    handlers = {}
    crates = {}
    for target in ctx.attr.functions:
        function = target[LambdaFunctionInfo]
        if function.handler in _TAKEN_NAMES or function.handler.startswith("_"):
            fail("{}: the handler of {} would be `index.{}`, which Python's words or index.py itself have taken; set `handler` there.".format(
                ctx.label,
                target.label,
                function.handler,
            ))
        for names, name, attribute in [(handlers, function.handler, "handler"), (crates, function.crate_name, "crate_name")]:
            if name in names:
                fail("{}: {} and {} have the same `{}`, `{}`; set another for one of them.".format(
                    ctx.label,
                    names[name],
                    target.label,
                    attribute,
                    name,
                ))
            names[name] = target.label

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
    functions = [function[LambdaFunctionInfo] for function in ctx.attr.functions]
    _check_names(ctx)
    rlibs = depset(transitive = [function[DepInfo].transitive_crate_outputs for function in ctx.attr.functions])
    library_name = "lib{}.so".format(ctx.attr.library_name)
    shim = _shim(ctx, library_name, [(function.handler, function.crate_name) for function in functions])
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
            handlers = ["index." + function.handler for function in functions],
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
            providers = [DepInfo, LambdaFunctionInfo],
        ),
        "library": attr.label(doc = "The shared library.", cfg = _lambda_transition, mandatory = True),
        "library_name": attr.string(doc = "Its name in the zip, without `lib` and `.so`.", mandatory = True),
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
