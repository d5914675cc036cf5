"""The rule that serves a zip on the machine that it is run on."""

load(":attributes.bzl", "readable")
load(":emulated.bzl", "EMULATED_ATTRS", "EMULATED_TOOLCHAINS", "check_handler", "emulated")
load(":functions.bzl", "functions_of")
load(":script.bzl", "in_runfiles")

def _lambda_local_impl(ctx):
    arguments = ["--target", readable(ctx.label), "--port", str(ctx.attr.port), "--timeout-seconds", str(ctx.attr.timeout_seconds)]
    arguments += ["--memory-mb", str(ctx.attr.memory_mb)]
    for name, handler in functions_of(ctx).items():
        check_handler(ctx, handler)
        arguments += ["--handler", "{}={}".format(name, handler)]
    for event in ctx.files.events:
        arguments += ["--event", event.short_path]
    for template in ctx.files.template:
        arguments += ["--template", template.short_path]
    return [emulated(
        ctx,
        "local",
        arguments,
        ctx.files.events + ctx.files.template,
        before = in_runfiles(ctx),
        after = " \"$@\"",
    )]

local = rule(
    doc = "Serves a zip. Used through `lambda_local`.",
    implementation = _lambda_local_impl,
    attrs = EMULATED_ATTRS | {
        "events": attr.label_list(doc = "Files with events that the page offers.", allow_files = True),
        "handlers": attr.string_dict(doc = "Handler settings by the names of their functions; the zip's by default."),
        "memory_mb": attr.int(doc = "The memory that a function is told that it has, in MB.", default = 128),
        "port": attr.int(doc = "The port on 127.0.0.1.", default = 9000),
        "template": attr.label(
            doc = "A CloudFormation template of the zip's functions, such as a `lambda_template`, whose event sources are served.",
            allow_single_file = [".json"],
        ),
        "timeout_seconds": attr.int(doc = "How long a function has for an event.", default = 30),
    },
    executable = True,
    toolchains = EMULATED_TOOLCHAINS,
)
