"""The test of a zip under Lambda's own runtime client."""

load("//rules:providers.bzl", "LambdaZipInfo")

_PYTHON_TOOLCHAIN = "@bazel_tools//tools/python:toolchain_type"

def _python(ctx):
    """Returns the interpreter's path at test time, and the files that it needs."""
    runtime = ctx.toolchains[_PYTHON_TOOLCHAIN].py3_runtime
    if runtime.interpreter:
        return runtime.interpreter.short_path, depset([runtime.interpreter], transitive = [runtime.files])
    return runtime.interpreter_path, depset()

def _quote(text):
    return "'" + text.replace("'", "'\\''") + "'"

def _lambda_test_impl(ctx):
    info = ctx.attr.zip[LambdaZipInfo]
    python, python_files = _python(ctx)
    client = ctx.files.client
    marker = [file for file in client if file.short_path.endswith("/awslambdaric/bootstrap.py")]
    client_folder = marker[0].short_path.rsplit("/", 3)[0]
    handler = ctx.attr.handler or info.handlers[0]

    # Another module is one of the zip's data files.
    if handler not in info.handlers and handler.rpartition(".")[0] in ["", "index"]:
        fail("{}: the zip {} has no handler `{}`; it has {}.".format(
            ctx.label,
            ctx.attr.zip.label,
            handler,
            ", ".join(info.handlers),
        ))
    arguments = [
        "test",
        "--zip",
        info.zip.short_path,
        "--handler",
        handler,
        "--runtime",
        info.runtime,
        "--python",
        python,
        "--ric",
        client_folder,
    ]
    for name, value in ctx.attr.env.items():
        arguments += ["--env", "{}={}".format(name, value)]
    files = list(ctx.files.expectations)
    if ctx.attr.same_as:
        arguments += ["--same-as", ctx.executable.same_as.short_path]
        files.append(ctx.executable.same_as)
        if ctx.attr.same_logs:
            arguments.append("--same-logs")

    def cases(flag, pairs):
        for event, expected in pairs.items():
            event_files = event.files.to_list()
            if len(event_files) != 1:
                fail("{}: the event {} must be one file.".format(ctx.label, event.label))
            arguments.extend([
                flag,
                "{}={}={}".format(
                    event_files[0].basename.removesuffix(".json"),
                    event_files[0].short_path,
                    ctx.expand_location("$(rootpath {})".format(expected), ctx.attr.expectations),
                ),
            ])
            files.append(event_files[0])

    for event, context in ctx.attr.contexts.items():
        arguments += ["--context", "{}={}".format(
            event.files.to_list()[0].basename.removesuffix(".json"),
            ctx.expand_location("$(rootpath {})".format(context), ctx.attr.expectations),
        )]
    cases("--case", ctx.attr.events)
    cases("--error-case", ctx.attr.errors)
    if ctx.file.init_error:
        files.append(ctx.file.init_error)
        arguments += ["--init-error", ctx.file.init_error.short_path]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/usr/bin/env bash\nexec {} {}\n".format(
            ctx.executable._emulator.short_path,
            " ".join([_quote(argument) for argument in arguments]),
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = [info.zip] + files + client,
        transitive_files = python_files,
    ).merge(ctx.attr._emulator[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles.merge(ctx.runfiles([ctx.executable._emulator])))]

lambda_test = rule(
    doc = "Sends events to a zip under Lambda's runtime client. Used through `rust_lambda_test`.",
    implementation = _lambda_test_impl,
    attrs = {
        "client": attr.label(
            doc = "The runtime client: a folder for each version of Python, with awslambdaric in it.",
            default = Label("//rules/private:runtime_client"),
        ),
        "contexts": attr.label_keyed_string_dict(doc = "Event files, and what accompanies them.", allow_files = True),
        "env": attr.string_dict(doc = "Environment variables of the function."),
        "errors": attr.label_keyed_string_dict(doc = "Event files, and the errors that they must fail with.", allow_files = True),
        "events": attr.label_keyed_string_dict(doc = "Event files, and the responses that are expected.", allow_files = True),
        "expectations": attr.label_list(doc = "The files that hold what is expected.", allow_files = True),
        "handler": attr.string(doc = "One of the zip's handlers, or a function of a Python module among its data; the first by default."),
        "init_error": attr.label(doc = "The error that the initialisation must fail with.", allow_single_file = True),
        "same_as": attr.label(
            doc = "The same program as an executable for the OS-only runtime, which must answer alike.",
            cfg = "target",
            executable = True,
        ),
        "same_logs": attr.bool(doc = "Whether that one must write the same log."),
        "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
        "_emulator": attr.label(default = "//emulator", executable = True, cfg = "target"),
    },
    test = True,
    toolchains = [_PYTHON_TOOLCHAIN],
)
