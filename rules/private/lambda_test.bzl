"""The test of a zip under Lambda's own runtime client."""

load("//rules:providers.bzl", "LambdaZipInfo")
load(":emulated.bzl", "EMULATED_ATTRS", "EMULATED_TOOLCHAINS", "check_handler", "emulated")

def _lambda_test_impl(ctx):
    handler = ctx.attr.handler or ctx.attr.zip[LambdaZipInfo].handlers[0]
    check_handler(ctx, handler)
    arguments = ["--handler", handler]
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
    return [emulated(ctx, "test", arguments, files)]

lambda_test = rule(
    doc = "Sends events to a zip under Lambda's runtime client. Used through `rust_lambda_test`.",
    implementation = _lambda_test_impl,
    attrs = EMULATED_ATTRS | {
        "contexts": attr.label_keyed_string_dict(doc = "Event files, and what accompanies them.", allow_files = True),
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
    },
    test = True,
    toolchains = EMULATED_TOOLCHAINS,
)
