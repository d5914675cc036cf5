"""The action that packs a zip."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("//rules:providers.bzl", "LambdaLayerInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":attributes.bzl", "readable")
load(":layers.bzl", "layers_of")
load(":platform.bzl", "bundled_transition")
load(":profile.bzl", "PROFILE_ATTRS", "is_dev")
load(":rewritten_tree.bzl", "path_in_workspace")
load(":sbom.bzl", "linked_aspect")

# For rules that have what the transitions read besides: `architecture` and `runtime`.
PACK_ATTRS = PROFILE_ATTRS | {
    # What of it runs does so where the function does.
    "data": attr.label_list(
        doc = "Files and folders that are laid into the zip.",
        allow_files = True,
        aspects = [linked_aspect],
        cfg = bundled_transition,
    ),
    "glibc": attr.string(doc = "The oldest glibc that it must run with; by default, the runtime's."),
    "layers": attr.label_list(doc = "The layers that its functions have.", providers = [LambdaLayerInfo]),
    "rustc_flags": attr.string_list(doc = "What the library or the program is compiled with; for the transition."),
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

def data_name(ctx, file):
    """The path in the zip of a data file: its path in the package, or in the workspace if it is of another.

    Args:
      ctx: the rule's context.
      file: a File.

    Returns:
      A str.
    """
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
    return [(data_name(ctx, file), file) for file in ctx.files.data]

def lay_contents(ctx, contents):
    """Writes what is laid into a zip beside the code, as the build tool reads it.

    Args:
      ctx: the rule's context.
      contents: pairs of a path in the zip and a File.

    Returns:
      A struct: `files`, the contents, and `list`, a File; it is no longer than the contents are, which a command line may be too short for.
    """
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    for name, file in contents:
        lines.add(name)
        lines.add(file.path)
        lines.add(readable(file.owner))
    output = ctx.actions.declare_file(ctx.label.name + ".packed")
    ctx.actions.write(output, lines)
    return struct(files = contents, list = output)

def pack(ctx, code, shims, beside, limit = None):
    """Packs code, its shim and what lies beside them.

    Args:
      ctx: of a rule with PACK_ATTRS.
      code: a dict from names in the zip to Files.
      shims: files that are laid beside it, under their own names.
      beside: what `lay_contents` returns.
      limit: the most bytes that the zip may have, and who says so, as `1000=who`; or `None`. It holds for what is deployed, so
        not for the profile `dev`.

    Returns:
      A pair: the zip, and what it holds, a dict from paths to Files.
    """
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    for name, file in code.items():
        arguments.add("--file", "{}={}".format(name, file.path))
    for file in shims:
        arguments.add("--file", "{}={}".format(file.basename, file.path))
    arguments.add("--list", beside.list)
    layers = layers_of(ctx)
    for layer in layers:
        arguments.add("--layer")
        arguments.add(readable(layer.label))
        arguments.add(layer.zip)
    arguments.add("--label", readable(ctx.label))
    if is_dev(ctx):
        arguments.add("--fast")
    elif limit:
        arguments.add("--limit", limit)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [beside.list] + code.values() + shims + [file for _, file in beside.files] + [layer.zip for layer in layers],
        outputs = [zip],
        mnemonic = "LambdaZip",
        progress_message = "Packing %{label}",
    )
    return zip, code | {file.basename: file for file in shims} | dict(beside.files)
