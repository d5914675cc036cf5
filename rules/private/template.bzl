"""The rule that renders the CloudFormation template of a zip's functions."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "is_select", "misspelt", "owner", "readable", "refuse")
load(":emulated.bzl", "wrong_handler")
load(":functions.bzl", "functions_of")
load(":platform.bzl", "ANY_ARCHITECTURE")

# Settings of a function, which `overrides` can name as well. What is out of range is refused by the build. CloudFormation's names are
# for who looks for those.
_SETTING_ATTRS = {
    "async_max_age_seconds": attr.int(
        doc = "How long Lambda keeps an event that it queues itself (`MaximumEventAgeInSeconds`), in seconds: 60 to 21600. Lambda's default, 21600, by default.",
    ),
    "async_retries": attr.int(
        doc = "How often an event that Lambda queues itself, such as SNS's, S3's or EventBridge's, comes again after an error (`MaximumRetryAttempts`): 0 to 2. -1 is for Lambda's default, 2.",
        default = -1,
    ),
    "dead_letter_target": attr.string(
        doc = "The ARN of the standard SQS queue or SNS topic that takes events which failed, of those that Lambda queues itself (`DeadLetterConfig`). None by default.",
    ),
    "description": attr.string(doc = "What the function is for, as a line of text. The code's digest is added to it."),
    "env": attr.string_dict(
        doc = "Environment variables (`Environment`), such as `{\"TABLE\": \"users\"}`: 4096 bytes in all, and none of those that Lambda sets itself.",
    ),
    "ephemeral_storage_mb": attr.int(doc = "The size of `/tmp` (`EphemeralStorage`), in MB: 512 to 10240; with `snap_start`, 512.", default = 512),
    "event_sources": attr.string_list(
        doc = "What invokes it, such as `[event_source.http_api(\"GET\", \"/users/{id}\")]`: queues, streams, topics, schedules, buckets, routes, events and others, all of `event_source`.",
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
    "on_failure": attr.string(
        doc = "The ARN of what is told of an event that Lambda queued and the function failed on (`DestinationConfig`), with the event and the error: a standard SQS queue or SNS topic, a function, an event bus or a bucket. None by default.",
    ),
    "on_success": attr.string(
        doc = "The ARN of what is told of an event that Lambda queued and the function handled (`DestinationConfig`), with the event and the response: as `on_failure`, but for a bucket. None by default.",
    ),
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

# Values that are no setting, but the absence of one, besides those that are empty.
_UNSET = {
    "async_max_age_seconds": 0,
    "async_retries": -1,
    "reserved_concurrency": -1,
}

def override_problems(overrides):
    """Says what of `overrides` can be seen to be wrong by a macro.

    Args:
      overrides: what the macro was given; a `select()`, and values of JSON, are checked by the rule.

    Returns:
      A list of str.
    """
    if type(overrides) != "dict":
        return []
    problems = []
    for function, given in overrides.items():
        if type(given) != "dict":
            continue
        problems += _unknown(function, given)
        selected = ["`{}`".format(setting) for setting, value in given.items() if is_select(value)]
        if selected:
            problems.append("`overrides` of {} has a select() in {}; put the select() around `overrides`, with json.encode({{…}}) for each function".format(
                function,
                ", ".join(selected),
            ))
    return problems

def _unknown(function, given):
    """Says which settings of a function there are not."""
    unknown = misspelt(given.keys(), SETTINGS)
    return ["`overrides` of {} has no setting {}; there are {}".format(
        function,
        ", nor ".join(unknown),
        ", ".join(SETTINGS),
    )] if unknown else []

def _decoded(what, text, problems):
    """Reads an object that is written as JSON; `None`, and a problem more, if it is none."""
    value = json.decode(text, default = None)
    if type(value) == "dict":
        return value
    problems.append("{} has `{}`, which is no JSON object; in a select(), write it as json.encode({{…}})".format(what, text))
    return None

def _objects(settings, of, problems):
    """Replaces the JSON of settings by what it says."""
    decoded = {}
    for setting in _OBJECTS:
        items = settings.get(setting)
        if items == None:
            continue
        what = "`{}`{}".format(setting, of)
        if type(items) != "list":
            problems.append("{} is no list: write it as [{}]".format(what, items))
            decoded[setting] = []
            continue
        values = [_decoded(what, item, problems) if type(item) == "string" else item for item in items]
        decoded[setting] = [value for value in values if value != None]
    return settings | decoded

def _overrides(ctx, problems):
    """Returns the settings of single functions."""
    overrides = {}
    for name, text in ctx.attr.overrides.items():
        given = _decoded("`overrides`", text, problems)
        if given == None:
            given = {}
        problems.extend(_unknown(name, given))
        overrides[name] = _objects(given, " in `overrides` of {}".format(name), problems)
    return overrides

def _functions(ctx):
    """Returns the settings of each function, for the renderer, to which what is empty is left."""
    problems = []
    settings = _objects({setting: getattr(ctx.attr, setting) for setting in SETTINGS}, "", problems)
    overrides = _overrides(ctx, problems)
    functions = []
    for name, handler in functions_of(ctx).items():
        wrong = wrong_handler(ctx, handler)
        if wrong:
            problems.append(wrong)
        function = {"handler": handler, "name": name} | {
            setting: value
            for setting, value in (settings | overrides.pop(name, {})).items()
            if value not in ["", [], {}, None] and not (setting in _UNSET and value == _UNSET[setting])
        }
        if ctx.attr.handlers:
            function["function_name"] = name
        functions.append(function)
    if overrides:
        problems.append("`overrides` names {}, and the functions are {}".format(
            ", ".join(overrides),
            ", ".join([function["name"] for function in functions]),
        ))
    refuse(owner(ctx), problems)
    return functions

def _run_renderer(ctx, settings, output, mnemonic, doing, arguments = [], inputs = []):
    """Renders the template; without a zip among the arguments, says what is wrong, which need not wait for that to be compiled."""
    common = ctx.actions.args()
    common.add("template")
    common.add("--settings", settings)
    common.add("--output", output)
    if ctx.file.template_patch:
        common.add("--patch", ctx.file.template_patch)
    run_build_tool(
        ctx,
        arguments = [common] + arguments,
        inputs = [settings] + ctx.files.template_patch + inputs,
        outputs = [output],
        mnemonic = mnemonic,
        progress_message = doing + " the CloudFormation template of %{label}",
    )

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
    checked = ctx.actions.declare_file(ctx.label.name + ".checked")
    _run_renderer(ctx, settings, checked, mnemonic = "LambdaTemplateCheck", doing = "Checking")
    template = ctx.actions.declare_file(ctx.label.name + ".json")
    layers = [layer.zip for layer in info.layers]
    archives = ctx.actions.args()
    archives.add("--zip", info.zip)
    archives.add_all(layers, before_each = "--layer")
    _run_renderer(
        ctx,
        settings,
        template,
        mnemonic = "LambdaTemplate",
        doing = "Rendering",
        arguments = [archives],
        inputs = [checked, info.zip] + layers,
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
