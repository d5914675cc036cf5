"""The rule that renders the CloudFormation template of a zip's functions."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":emulated.bzl", "check_handler")
load(":functions.bzl", "functions_of")

def _functions(ctx):
    """Returns the settings of each function, for the renderer."""
    overrides = {name: json.decode(text) for name, text in ctx.attr.overrides.items()}
    functions = []
    for name, handler in functions_of(ctx).items():
        check_handler(ctx, handler)
        function = {"handler": handler, "name": name} | json.decode(ctx.attr.settings) | overrides.pop(name, {})
        if ctx.attr.handlers:
            function["function_name"] = name
        functions.append(function)
    if overrides:
        fail("{}: `overrides` names {}, and the functions are {}.".format(
            ctx.label,
            ", ".join(overrides),
            ", ".join([function["name"] for function in functions]),
        ))
    return functions

def _lambda_template_impl(ctx):
    info = ctx.attr.zip[LambdaZipInfo]
    settings = ctx.actions.declare_file(ctx.label.name + ".settings.json")
    ctx.actions.write(settings, json.encode_indent({
        "architecture": info.architecture,
        "aws_tags": ctx.attr.aws_tags,
        "edge": info.edge,
        "functions": _functions(ctx),
        # As the user wrote it, where `lambda_deploy` made this target.
        "label": str(ctx.label).replace("@@//", "//").removesuffix(".template"),
        "runtime": info.runtime,
        "streaming": info.streaming,
        "zip_label": str(ctx.attr.zip.label).replace("@@//", "//"),
    }))
    template = ctx.actions.declare_file(ctx.label.name + ".json")
    arguments = ctx.actions.args()
    arguments.add("template")
    arguments.add("--settings", settings)
    arguments.add("--zip", info.zip)
    arguments.add("--output", template)
    if ctx.file.template_patch:
        arguments.add("--patch", ctx.file.template_patch)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [settings, info.zip] + ctx.files.template_patch,
        outputs = [template],
        mnemonic = "LambdaTemplate",
        progress_message = "Rendering the CloudFormation template of %{label}",
    )
    return DefaultInfo(files = depset([template]))

lambda_template = rule(
    doc = "Renders the CloudFormation template of a zip's functions. Used through `lambda_template`.",
    implementation = _lambda_template_impl,
    attrs = {
        "aws_tags": attr.string_dict(doc = "Tags of the resources."),
        "handlers": attr.string_dict(doc = "Handler settings by the names of their functions; the zip's by default."),
        "overrides": attr.string_dict(doc = "Settings of single functions, as JSON, by the functions' names."),
        "settings": attr.string(doc = "Settings of all functions, as JSON.", default = "{}"),
        "template_patch": attr.label(doc = "A JSON Merge Patch over the template.", allow_single_file = [".json"]),
        "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
    },
    toolchains = [BUILD_TOOL],
)
