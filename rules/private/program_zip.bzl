"""The zip of a program as it is: for the OS-only runtime, or with a shim that starts it."""

load("//rules:providers.bzl", "LambdaZipInfo")
load(":data.bzl", "data_name")
load(":platform.bzl", "CPUS", "lambda_transition")
load(":runtimes.bzl", "RUNTIMES", "is_library")

def _program_zip_impl(ctx):
    # A transition makes a list of what it leads to.
    program = ctx.files.program[0]
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    arguments.add("--executable", "bootstrap=" + program.path)
    shim = RUNTIMES[ctx.attr.runtime].shim
    shims = [file for file in ctx.files._shims if file.basename == shim]
    for file in shims:
        arguments.add("--file", "{}={}".format(file.basename, file.path))
    for file in ctx.files.data:
        arguments.add("--file", "{}={}".format(data_name(ctx, file), file.path))
    ctx.actions.run(
        executable = ctx.executable._packager,
        arguments = [arguments],
        inputs = [program] + shims + ctx.files.data,
        outputs = [zip],
        mnemonic = "LambdaZip",
        progress_message = "Packing %{label}",
    )
    return [
        DefaultInfo(files = depset([zip])),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            edge = False,
            handlers = ["index.handler" if shims else "bootstrap"],
            library = None,
            runtime = ctx.attr.runtime,
            streaming = not shims,
            zip = zip,
        ),
    ]

program_zip = rule(
    doc = "Packs an executable as it is. Used through `rust_lambda_zip`.",
    implementation = _program_zip_impl,
    attrs = {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = CPUS.keys(),
        ),
        "data": attr.label_list(doc = "Files that are laid into the zip.", allow_files = True),
        "program": attr.label(doc = "The executable.", cfg = lambda_transition, mandatory = True),
        "runtime": attr.string(
            doc = "The identifier of Lambda's runtime.",
            default = "provided.al2023",
            values = [runtime for runtime in RUNTIMES if not is_library(runtime)],
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_packager": attr.label(default = "//packager", executable = True, cfg = "exec"),
        "_shims": attr.label_list(default = ["//shim/node:index.mjs"], allow_files = True),
    },
    provides = [LambdaZipInfo],
)
