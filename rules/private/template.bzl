"""The rule that renders the CloudFormation template of a zip's functions."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "misspelt", "owner", "readable")
load(":emulated.bzl", "check_handler")
load(":functions.bzl", "functions_of")
load(":platform.bzl", "ANY_ARCHITECTURE")

# Settings of a function, which `overrides` can name as well.
_SETTING_ATTRS = {
    "dead_letter_target": attr.string(doc = "The ARN of the queue or topic that takes events that failed."),
    "description": attr.string(doc = "What the function is for."),
    "env": attr.string_dict(doc = "Environment variables."),
    "ephemeral_storage_mb": attr.int(doc = "The size of `/tmp`, in MB.", default = 512),
    "event_sources": attr.string_list(doc = "What invokes it: values of `event_source`."),
    "layers": attr.string_list(doc = "ARNs of layers' versions, besides the zip's own layers."),
    "log_format": attr.string(doc = "`Text` or `JSON`.", default = "Text"),
    "log_retention_days": attr.int(doc = "How long logs are kept, in days; 0 is for ever.", default = 30),
    "memory_mb": attr.int(doc = "Memory, in MB.", default = 128),
    "policies": attr.string_list(doc = "ARNs of managed policies of its role."),
    "policy_statements": attr.string_list(doc = "Statements of its role's own policy, as JSON."),
    "provisioned_concurrency": attr.int(doc = "How many environments are kept ready."),
    "reserved_concurrency": attr.int(doc = "How many events it may handle at a time; -1 for no such limit.", default = -1),
    "role": attr.string(doc = "The ARN of its role; by default, the stack makes one."),
    "security_group_ids": attr.string_list(doc = "Security groups in a VPC."),
    "snap_start": attr.bool(doc = "Whether it starts from a snapshot."),
    "subnet_ids": attr.string_list(doc = "Subnets of a VPC."),
    "timeout_seconds": attr.int(doc = "The time for an event, in seconds.", default = 30),
    "tracing": attr.bool(doc = "Whether X-Ray traces it."),
    "url": attr.string(doc = "Who may call its URL: `AWS_IAM` or `NONE`; empty for no URL."),
    "url_streaming": attr.bool(doc = "Whether the URL streams responses."),
}

# Their names.
SETTINGS = sorted(_SETTING_ATTRS.keys())

# Those whose items are objects, written as JSON.
_OBJECTS = ["event_sources", "policy_statements"]

def _decoded(ctx, attribute, text):
    """Reads a value that is written as JSON."""
    value = json.decode(text, default = None)
    if type(value) != "dict":
        fail("{}: `{}` has `{}`, which is no JSON object; in a select(), write it as json.encode({{…}}).".format(
            owner(ctx),
            attribute,
            text,
        ))
    return value

def _objects(ctx, settings):
    """Replaces the JSON of settings by what it says."""
    return settings | {
        setting: [
            _decoded(ctx, setting, item) if type(item) == "string" else item
            for item in settings[setting]
        ]
        for setting in _OBJECTS
        if setting in settings
    }

def _settings(ctx):
    """Returns the settings of all functions; what is empty, or no limit, is left to the renderer."""
    given = {setting: getattr(ctx.attr, setting) for setting in SETTINGS}
    return _objects(ctx, {
        setting: value
        for setting, value in given.items()
        if value not in ["", [], {}] and not (setting == "reserved_concurrency" and value == -1)
    })

def _overrides(ctx):
    """Returns the settings of single functions."""
    overrides = {}
    for name, text in ctx.attr.overrides.items():
        given = _decoded(ctx, "overrides", text)
        unknown = misspelt(given.keys(), SETTINGS)
        if unknown:
            fail("{}: `overrides` of {} has no setting {}; there are {}.".format(
                owner(ctx),
                name,
                ", nor ".join(unknown),
                ", ".join(SETTINGS),
            ))
        overrides[name] = _objects(ctx, given)
    return overrides

def _functions(ctx):
    """Returns the settings of each function, for the renderer."""
    settings = _settings(ctx)
    overrides = _overrides(ctx)
    functions = []
    for name, handler in functions_of(ctx).items():
        check_handler(ctx, handler)
        function = {"handler": handler, "name": name} | settings | overrides.pop(name, {})
        if ctx.attr.handlers:
            function["function_name"] = name
        functions.append(function)
    if overrides:
        fail("{}: `overrides` names {}, and the functions are {}.".format(
            owner(ctx),
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
        "label": owner(ctx),
        "runtime": info.runtime,
        "stack_layers": [
            {
                "architectures": [] if layer.architecture == ANY_ARCHITECTURE else [layer.architecture],
                "label": readable(layer.label),
                "name": layer.label.name,
                "runtimes": layer.runtimes,
            }
            for layer in info.layers
        ],
        "streaming": info.streaming,
        "zip_label": readable(ctx.attr.zip.label),
    }))
    template = ctx.actions.declare_file(ctx.label.name + ".json")
    arguments = ctx.actions.args()
    arguments.add("template")
    arguments.add("--settings", settings)
    arguments.add("--zip", info.zip)
    layers = [layer.zip for layer in info.layers]
    arguments.add_all(layers, before_each = "--layer")
    arguments.add("--output", template)
    if ctx.file.template_patch:
        arguments.add("--patch", ctx.file.template_patch)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [settings, info.zip] + layers + ctx.files.template_patch,
        outputs = [template],
        mnemonic = "LambdaTemplate",
        progress_message = "Rendering the CloudFormation template of %{label}",
    )
    return DefaultInfo(files = depset([template]))

lambda_template = rule(
    doc = "Renders the CloudFormation template of a zip's functions. Used through `lambda_template`.",
    implementation = _lambda_template_impl,
    attrs = OWNER_ATTRS | _SETTING_ATTRS | {
        "aws_tags": attr.string_dict(doc = "Tags of the resources."),
        "handlers": attr.string_dict(doc = "Handler settings by the names of their functions; the zip's by default."),
        "overrides": attr.string_dict(doc = "Settings of single functions, as JSON, by the functions' names."),
        "template_patch": attr.label(doc = "A JSON Merge Patch over the template.", allow_single_file = [".json"]),
        "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
    },
    toolchains = [BUILD_TOOL],
)
