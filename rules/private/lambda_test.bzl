"""The test of a zip under Lambda's own runtime client."""

load("//rules:providers.bzl", "LambdaZipInfo")
load(":attributes.bzl", "is_select", "readable")
load(":emulated.bzl", "EMULATED_ATTRS", "EMULATED_TOOLCHAINS", "check_handler", "emulated")
load(":script.bzl", "in_runfiles")

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

def _is_local(name):
    """Whether a name is one of this package, and may be that of a file."""
    return not name.startswith("//") and not name.startswith("@") and "*" not in name

def absent_files(names):
    """Finds those of some files that are not in the package's folder. A rule may make them.

    Args:
      names: labels as a user writes them.

    Returns:
      A list of str, their names in the package.
    """
    local = {name.removeprefix(":"): None for name in names if type(name) == "string" and _is_local(name)}
    there = native.glob(local.keys(), allow_empty = True) if local else []
    return [name for name in local if name and name not in there]

def check_pairs(label, given):
    """Refuses, all at once, what is no dict from event files to other files.

    Args:
      label: the test's label.
      given: the values, by the names of their attributes.
    """
    wrong = []
    for kind, files in given.items():
        if is_select(files):
            continue
        if type(files) != "dict":
            wrong.append("`{}` is no dict from event files to files with what {}, such as {{\"testdata/ada.json\": \"testdata/ada.{}.json\"}}".format(
                kind,
                "accompanies them" if kind == "contexts" else "is expected of each",
                {"contexts": "context", "errors": "error", "events": "response"}[kind],
            ))
            continue
        for event, file in files.items():
            if not file:
                wrong.append("`{}` has {} without a file with what {}; name one{}".format(
                    kind,
                    event,
                    "accompanies it" if kind == "contexts" else "is expected",
                    "" if kind == "contexts" else ", and `bazel run {}.update` writes it".format(label),
                ))
    if wrong:
        fail("{}: {}.".format(label, ";\n  and ".join(wrong)))

def _is_absent(ctx, file):
    """Whether a file is one of the package's sources, and not there."""
    label = file.owner
    return file.is_source and (label.repo_name, label.package) == (ctx.label.repo_name, ctx.label.package) and label.name in ctx.attr.absent

def _check_files(ctx, cases, may_write):
    """Refuses, all at once, files that are not there, before anything is compiled."""
    wrong = []
    for kind, event, other in cases:
        for file in [event, other]:
            # What a rule makes is there when it is needed. What an update writes need not be there.
            if file == None or (may_write and file == other and kind != "contexts"):
                continue
            if _is_absent(ctx, file):
                wrong.append("`{}` names {}, which is no file of the package{}".format(
                    kind,
                    file.owner.name,
                    ", but `bazel run {}.update` writes it".format(readable(ctx.label)) if file == other and kind != "contexts" else "",
                ))
    events = [event for kind, event, _ in cases if kind != "contexts"]
    for kind, event, _ in cases:
        if kind == "contexts" and event not in events:
            wrong.append("`contexts` has {}, which is in neither `events` nor `errors`".format(event.short_path))
    if may_write:
        for kind, _, other in cases:
            if kind != "contexts" and (not other.is_source or other.short_path.startswith("../")):
                wrong.append("`{}` names {}, which is no file of this workspace's sources and can't be written".format(kind, other.short_path))
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))

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
            pairs.append((event_files[0], others[0]))
        else:
            path = ctx.expand_location("$(rootpath {})".format(name), ctx.attr.expectations)
            pairs.append((event_files[0], [file for file in ctx.files.expectations if file.short_path == path][0]))
    return pairs

def _impl(ctx, may_write):
    if not ctx.attr.events and not ctx.attr.errors and not ctx.file.init_error:
        fail("{}: nothing to test; give it `events`, `errors` or an `init_error`.".format(readable(ctx.label)))
    cases = [
        (kind, event, other)
        for kind in ["contexts", "events", "errors"]
        for event, other in _pairs(ctx, kind)
    ]
    _check_files(
        ctx,
        cases + ([("init_error", None, ctx.file.init_error)] if ctx.file.init_error else []),
        may_write,
    )
    handler = ctx.attr.handler or ctx.attr.zip[LambdaZipInfo].handlers[0]
    check_handler(ctx, handler)
    arguments = ["--handler", handler]
    files = []
    if ctx.attr.same_as:
        arguments += ["--same-as", ctx.executable.same_as.short_path]
        files.append(ctx.executable.same_as)
        if ctx.attr.same_logs:
            arguments.append("--same-logs")
    flags = {"contexts": "--context", "errors": "--error-case", "events": "--case"}
    for kind, event, other in cases:
        case = [event.basename.removesuffix(".json"), event.short_path, other.short_path]
        files += [event, other]
        if kind == "contexts":
            case.pop(1)
        arguments += [flags[kind], "=".join(case)]
    if ctx.file.init_error:
        files.append(ctx.file.init_error)
        arguments += ["--init-error", ctx.file.init_error.short_path]
    if not may_write:
        return [emulated(ctx, "test", arguments, files, after = " \"$@\"")]

    # A file that is to be written first can't be among those that are read.
    return [emulated(
        ctx,
        "test",
        arguments,
        [file for file in files if not _is_absent(ctx, file)],
        before = in_runfiles(ctx) + ": \"${BUILD_WORKSPACE_DIRECTORY:?is not set: run this by bazel run}\"\n",
        after = " --update \"$BUILD_WORKSPACE_DIRECTORY\" \"$@\"",
    )]

def _lambda_test_impl(ctx):
    return _impl(ctx, may_write = False)

def _lambda_test_update_impl(ctx):
    return _impl(ctx, may_write = True)

_ATTRS = EMULATED_ATTRS | {
    "absent": attr.string_list(doc = "The names of files that the package's folder lacks, which a rule may make."),
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
} if _HAS_DICTS_OF_LABELS else {})

lambda_test = rule(
    doc = "Sends events to a zip under Lambda's runtime client. Used through `rust_lambda_test`.",
    implementation = _lambda_test_impl,
    attrs = _ATTRS,
    test = True,
    toolchains = EMULATED_TOOLCHAINS,
)

lambda_test_update = rule(
    doc = "Writes what a test expects into the source tree. Used through `rust_lambda_test`.",
    implementation = _lambda_test_update_impl,
    attrs = _ATTRS,
    executable = True,
    toolchains = EMULATED_TOOLCHAINS,
)
