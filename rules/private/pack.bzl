"""The action that packs a zip."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("@rules_python//python:py_info.bzl", "PyInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":attributes.bzl", "readable")
load(":platform.bzl", "bundled_transition")
load(":rewritten_tree.bzl", "path_in_workspace")

# For rules that have what the transitions read besides: `architecture` and `runtime`.
PACK_ATTRS = {
    # What of it runs does so where the function does.
    "data": attr.label_list(doc = "Files and folders that are laid into the zip.", allow_files = True, cfg = bundled_transition),
    "rustc_flags": attr.string_list(doc = "What the library or the program is compiled with; for the transition."),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
    "_profile": attr.label(default = "//rules/settings:profile", providers = [BuildSettingInfo]),
}

def _data_name(ctx, file):
    """The path in the zip of a data file: its path in the package, or in the workspace if it is of another."""
    path = path_in_workspace(file)
    if ctx.label.workspace_root and file.owner.workspace_root == ctx.label.workspace_root:
        # Of the zip's own repository, it counts as it does in the main one.
        path = path[len("external/"):].partition("/")[2]
    package = ctx.label.package + "/"
    return path[len(package):] if path.startswith(package) else path

def data_contents(ctx):
    """Returns what the target's `data` lays into the zip.

    Args:
      ctx: of a rule with PACK_ATTRS.

    Returns:
      A list of pairs of a path in the zip and a File; of a folder, the File is a directory.
    """
    for target in ctx.attr.data:
        # Its files would lie below `external`, where Python does not look.
        if PyInfo in target and target.label.workspace_root not in ["", ctx.label.workspace_root]:
            fail("{}: `data` has {}, a Python library of another repository; name it in `python_deps`, which lays it where Python imports it from.".format(
                readable(ctx.label),
                readable(target.label),
            ))
    return [(_data_name(ctx, file), file) for file in ctx.files.data]

def list_contents(ctx, contents):
    """Writes what is laid into the zip beside the code, as the build tool reads it.

    Args:
      ctx: the rule's context.
      contents: pairs of a path in the zip and a File.

    Returns:
      A File; it is no longer than the contents are, which a command line may be too short for.
    """
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    for name, file in contents:
        lines.add(name)
        lines.add(file.path)
        lines.add(readable(file.owner))
    output = ctx.actions.declare_file(ctx.label.name + ".packed")
    ctx.actions.write(output, lines)
    return output

def pack(ctx, executable, name, shims, listed, contents, limit = None):
    """Packs code, its shim and what lies beside them.

    Args:
      ctx: of a rule with PACK_ATTRS.
      executable: the code.
      name: what it is called in the zip.
      shims: files that are laid beside it, under their own names.
      listed: what `list_contents` returns of the contents.
      contents: what lies beside them, pairs of a path in the zip and a File.
      limit: the most bytes that the zip may have, and who says so, as `1000=who`; or `None`. It holds for what is deployed, so
        not for the profile `dev`.

    Returns:
      A pair: the zip, and what it holds, a dict from paths to Files.
    """
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    arguments.add("--file", "{}={}".format(name, executable.path))
    for file in shims:
        arguments.add("--file", "{}={}".format(file.basename, file.path))
    arguments.add("--list", listed)
    if ctx.attr._profile[BuildSettingInfo].value == "dev":
        arguments.add("--fast")
    elif limit:
        arguments.add("--limit", limit)
        arguments.add("--label", readable(ctx.label))
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [listed, executable] + shims + [file for _, file in contents],
        outputs = [zip],
        mnemonic = "LambdaZip",
        progress_message = "Packing %{label}",
    )
    return zip, {name: executable} | {file.basename: file for file in shims} | dict(contents)
