"""Where files are laid in a zip."""

load("@bazel_skylib//lib:paths.bzl", "paths")

def data_name(ctx, file):
    """The path in the zip of a data file: its path in the package, or in the workspace if it is of another.

    Args:
      ctx: the rule's context.
      file: the File.

    Returns:
      A str.
    """
    path = file.short_path
    package = ctx.label.package + "/"
    if path.startswith("../"):
        return paths.join("external", path[len("../"):])
    return path[len(package):] if path.startswith(package) else path
