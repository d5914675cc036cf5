"""The action that packs a zip."""

load("@bazel_skylib//lib:paths.bzl", "paths")
load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":attributes.bzl", "readable")

PACK_ATTRS = {
    "data": attr.label_list(doc = "Files that are laid into the zip.", allow_files = True),
    "_profile": attr.label(default = "//rules/settings:profile", providers = [BuildSettingInfo]),
}

def _data_name(ctx, file):
    """The path in the zip of a data file: its path in the package, or in the workspace if it is of another."""
    path = file.short_path
    if path.startswith("../"):
        # Of another repository than the main one: `../REPOSITORY/PATH`. Of the zip's own, it counts as it does in the main one.
        path = path[len("../"):]
        if file.owner.workspace_root != ctx.label.workspace_root:
            return paths.join("external", path)
        path = path.partition("/")[2]
    package = ctx.label.package + "/"
    return path[len(package):] if path.startswith(package) else path

def pack(ctx, executable, name, shims, limit = None):
    """Packs code, its shim and the target's `data`.

    Args:
      ctx: of a rule with PACK_ATTRS.
      executable: the code.
      name: what it is called in the zip.
      shims: files that are laid beside it, under their own names.
      limit: the most bytes that the zip may have, and who says so, as `1000=who`; or `None`. It holds for what is deployed, so
        not for the profile `dev`.

    Returns:
      The zip.
    """
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("zip")
    arguments.add("--output", zip)
    arguments.add("--executable", "{}={}".format(name, executable.path))
    for file in shims:
        arguments.add("--file", "{}={}".format(file.basename, file.path))
    for file in ctx.files.data:
        arguments.add("--file", "{}={}".format(_data_name(ctx, file), file.path))
    if ctx.attr._profile[BuildSettingInfo].value == "dev":
        arguments.add("--fast")
    elif limit:
        arguments.add("--limit", limit)
        arguments.add("--label", readable(ctx.label))
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [executable] + shims + ctx.files.data,
        outputs = [zip],
        mnemonic = "LambdaZip",
        progress_message = "Packing %{label}",
    )
    return zip
