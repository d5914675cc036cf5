"""The rule that renders the CloudFormation template of a zip's functions."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "misspelt", "owner", "readable")
load(":emulated.bzl", "check_handler")
load(":functions.bzl", "functions_of")
load(":platform.bzl", "ANY_ARCHITECTURE")

# Settings of a function, which `overrides` can name as well. What is out of range is refused by the build. CloudFormation's names are
# for who looks for those.
_SETTING_ATTRS = {
    "dead_letter_target": attr.string(
        doc = "The ARN of the SQS queue or SNS topic that takes events which failed, of those that Lambda queues itself (`DeadLetterConfig`). None by default.",
    ),
    "description": attr.string(doc = "What the function is for, as a line of text. The code's digest is added to it."),
    "env": attr.string_dict(
        doc = "Environment variables (`Environment`), such as `{\"TABLE\": \"users\"}`: 4096 bytes in all, and none of those that Lambda sets itself.",
    ),
    "ephemeral_storage_mb": attr.int(doc = "The size of `/tmp` (`EphemeralStorage`), in MB: 512 to 10240; with `snap_start`, 512.", default = 512),
    "event_sources": attr.string_list(
        doc = "What invokes it, such as `[event_source.http_api(\"GET\", \"/users/{id}\")]`: queues, schedules, buckets, routes and events, all of `event_source`.",
    ),
    "layers": attr.string_list(
        doc = "ARNs of layers' versions, `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`, besides the zip's own layers: 5 in all.",
    ),
    "log_format": attr.string(doc = "`Text`, or `JSON`, which has Lambda write its own lines as JSON, too (`LoggingConfig`). See docs/logs.md.", default = "Text"),
    "log_retention_days": attr.int(
        doc = "How long CloudWatch keeps logs (`RetentionInDays`), in days, such as 7, 14, 30, 90 or 365; 0 is for ever.",
        default = 30,
    ),
    "memory_mb": attr.int(doc = "Memory (`MemorySize`), in MB: 128 to 10240. CPU comes with it: one whole at 1769.", default = 128),
    "policies": attr.string_list(
        doc = "ARNs of managed policies of its role, such as `arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess`; not with `role`.",
    ),
    "policy_statements": attr.string_list(
        doc = "Statements of its role's own policy, such as `{\"Action\": [\"dynamodb:GetItem\"], \"Resource\": [\"arn:aws:dynamodb:*:*:table/users\"]}`; `Effect` is `Allow` by default. Not with `role`.",
    ),
    "provisioned_concurrency": attr.int(
        doc = "How many environments are kept ready (`ProvisionedConcurrencyConfig`), for the price of that; 0 for none. Not with `snap_start`.",
    ),
    "reserved_concurrency": attr.int(
        doc = "How many events it may handle at a time (`ReservedConcurrentExecutions`), a part of the account's limit that is kept for it; 0 stops it, -1 is for no such limit.",
        default = -1,
    ),
    "role": attr.string(
        doc = "The ARN of its role, `arn:aws:iam::ACCOUNT:role/NAME`. By default, the stack makes one, with least rights.",
    ),
    "security_group_ids": attr.string_list(doc = "Security groups in a VPC (`VpcConfig`), such as `sg-0123456789abcdef0`: 5 at most; with `subnet_ids`."),
    "snap_start": attr.bool(
        doc = "Whether it starts from a snapshot of what `main` does before its event loop (`SnapStart`): for `python3.12` and newer. See docs/snapstart.md.",
    ),
    "subnet_ids": attr.string_list(doc = "Subnets of a VPC that it is connected to (`VpcConfig`), such as `subnet-0123456789abcdef0`: 16 at most; with `security_group_ids`."),
    "timeout_seconds": attr.int(doc = "How long it has for an event (`Timeout`), in seconds: 1 to 900.", default = 30),
    "tracing": attr.bool(doc = "Whether X-Ray traces it (`TracingConfig`); its role may then write traces."),
    "url": attr.string(
        doc = "Who may call its function URL: `AWS_IAM` (principals that are allowed to) or `NONE` (everybody). No URL by default.",
    ),
    "url_streaming": attr.bool(
        doc = "Whether the URL streams responses: for a zip with `dispatch = \"native\"`, or for `provided.al2023`. See docs/dispatch.md.",
    ),
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
