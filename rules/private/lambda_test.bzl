"""The test of a zip under Lambda's own runtime client."""

load("//rules:providers.bzl", "LambdaZipInfo")
load(":attributes.bzl", "is_select", "readable")
load(":emulated.bzl", "EMULATED_ATTRS", "EMULATED_TOOLCHAINS", "check_handler", "emulated")

# The attributes that have a file for each event.
_KINDS = ["contexts", "errors", "events"]

# Bazel has dicts of labels from 7.4 on.
_HAS_DICTS_OF_LABELS = hasattr(attr, "string_keyed_label_dict")

def expected_files(label, given):
    """Gives the rule the files that the values of dicts name, not their names alone.

    Args:
      label: the test's label.
      given: the dicts from event files to other files, by the name of the attribute.

    Returns:
      Further attributes of `lambda_test`.
    """
    if _HAS_DICTS_OF_LABELS:
        return {kind + "_files": files for kind, files in given.items()}
    selected = [kind for kind in given if is_select(given[kind])]
    if selected:
        fail("{}: {} can't be a select() with this Bazel; from 7.4 on it can. Make a test for each case, with `target_compatible_with`.".format(
            label,
            " or ".join(["`{}`".format(kind) for kind in selected]),
        ))
    return {"expectations": {file: None for files in given.values() for file in files.values()}.keys()}

def _pairs(ctx, kind):
    """Returns the pairs of an event file and its other file, of one of `_KINDS`."""
    pairs = []
    files = getattr(ctx.attr, kind + "_files", {}).values()
    if files and len(files) != len(getattr(ctx.attr, kind)):
        fail("{}: `{}` names an event twice, once as a file and once as a label, or by a select() and beside it; take one out.".format(readable(ctx.label), kind))
    for index, (event, name) in enumerate(getattr(ctx.attr, kind).items()):
        event_files = event.files.to_list()
        if len(event_files) != 1:
            fail("{}: `{}` names {}, which must be one file and is {}.".format(readable(ctx.label), kind, readable(event.label), len(event_files)))
        if files:
            # Both attributes have the same dict, in the same order.
            others = files[index].files.to_list()
            if len(others) != 1:
                fail("{}: `{}` names {}, which must be one file and is {}.".format(readable(ctx.label), kind, name, len(others)))
            pairs.append((event_files[0], others[0].short_path))
        else:
            pairs.append((event_files[0], ctx.expand_location("$(rootpath {})".format(name), ctx.attr.expectations)))
    return pairs

def _lambda_test_impl(ctx):
    if not ctx.attr.events and not ctx.attr.errors and not ctx.file.init_error:
        fail("{}: nothing to test; give it `events`, `errors` or an `init_error`.".format(readable(ctx.label)))
    handler = ctx.attr.handler or ctx.attr.zip[LambdaZipInfo].handlers[0]
    check_handler(ctx, handler)
    arguments = ["--handler", handler]
    files = ctx.files.expectations + [
        file
        for kind in _KINDS
        for target in getattr(ctx.attr, kind + "_files", {}).values()
        for file in target.files.to_list()
    ]
    if ctx.attr.same_as:
        arguments += ["--same-as", ctx.executable.same_as.short_path]
        files.append(ctx.executable.same_as)
        if ctx.attr.same_logs:
            arguments.append("--same-logs")
    for flag, kind in [("--context", "contexts"), ("--case", "events"), ("--error-case", "errors")]:
        for event, other in _pairs(ctx, kind):
            case = [event.basename.removesuffix(".json"), event.short_path, other]
            files.append(event)
            if kind == "contexts":
                case.pop(1)
            arguments += [flag, "=".join(case)]
    if ctx.file.init_error:
        files.append(ctx.file.init_error)
        arguments += ["--init-error", ctx.file.init_error.short_path]
    return [emulated(ctx, "test", arguments, files, after = " \"$@\"")]

lambda_test = rule(
    doc = "Sends events to a zip under Lambda's runtime client. Used through `rust_lambda_test`.",
    implementation = _lambda_test_impl,
    attrs = EMULATED_ATTRS | {
        "contexts": attr.label_keyed_string_dict(doc = "Event files, and what accompanies them.", allow_files = True),
        "errors": attr.label_keyed_string_dict(doc = "Event files, and the errors that they must fail with.", allow_files = True),
        "events": attr.label_keyed_string_dict(doc = "Event files, and the responses that are expected.", allow_files = True),
        "expectations": attr.label_list(doc = "The files that hold what is expected, where there are no dicts of labels.", allow_files = True),
        "handler": attr.string(doc = "One of the zip's handlers, or a function of a Python module among its data; the first by default."),
        "init_error": attr.label(doc = "The error that the initialisation must fail with.", allow_single_file = True),
        "same_as": attr.label(
            doc = "The same program as an executable for the OS-only runtime, which must answer alike.",
            cfg = "target",
            executable = True,
        ),
        "same_logs": attr.bool(doc = "Whether that one must write the same log."),
    } | ({
        kind + "_files": attr.string_keyed_label_dict(doc = "The same as `{}`, for the files.".format(kind), allow_files = True)
        for kind in _KINDS
    } if _HAS_DICTS_OF_LABELS else {}),
    test = True,
    toolchains = EMULATED_TOOLCHAINS,
)
