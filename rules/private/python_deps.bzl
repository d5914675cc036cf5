"""Python libraries that are laid into a zip: each module where Python imports it from."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load(":attributes.bzl", "readable")
load(":platform.bzl", "CPUS", "python_transition")

# For rules that have PACK_ATTRS, `architecture` and `runtime`.
PYTHON_DEPS_ATTRS = {
    "python_deps": attr.label_list(
        doc = "Python libraries for code around the functions.",
        cfg = python_transition,
        providers = [PyInfo],
    ),
}

def _runfiles_path(ctx, file):
    """The path below the folder of all repositories, which the import roots are given by."""
    return file.short_path[len("../"):] if file.short_path.startswith("../") else "{}/{}".format(ctx.workspace_name, file.short_path)

def _module_path(path, roots):
    """The path from where Python looks for modules: the closest import root, or else the file's repository."""
    around = [root for root in roots if path.startswith(root + "/")]
    root = sorted(around, key = len)[-1] if around else path.partition("/")[0]
    return path[len(root) + 1:]

def _wrong_extension(ctx, file):
    """Says whether a file is an extension module for another Python or another machine."""
    _, found, tag = file.basename.partition(".cpython-")
    fitting = "{}-{}-linux-gnu.so".format(ctx.attr.runtime.removeprefix("python").replace(".", ""), CPUS[ctx.attr.architecture])
    if not found or tag == fitting or file.extension not in ["so", "pyd"]:
        return None
    return "{}, of {}, is for `cpython-{}`, and the function runs `cpython-{}`".format(
        file.basename,
        readable(file.owner),
        tag.removesuffix(".so"),
        fitting.removesuffix(".so"),
    )

def python_deps_contents(ctx):
    """Returns what the target's `python_deps` lay into the zip.

    Args:
      ctx: of a rule with PYTHON_DEPS_ATTRS.

    Returns:
      A dict from paths in the zip to Files.
    """
    contents = {}
    wrong = []
    for target in ctx.attr.python_deps:
        roots = target[PyInfo].imports.to_list()
        files = depset(transitive = [target[PyInfo].transitive_sources, target[DefaultInfo].default_runfiles.files])
        for file in files.to_list():
            if file.extension == "pyc":
                continue

            # Of two of one name, the first is what Python would import.
            contents.setdefault(_module_path(_runfiles_path(ctx, file), roots), file)
            problem = _wrong_extension(ctx, file)
            if problem and problem not in wrong:
                wrong.append(problem)
    if wrong:
        fail("{}: among the `python_deps`, {}. Have the hub bring wheels for Lambda's Linux and this version: see docs/files.md of rules_rust_lambda.".format(
            readable(ctx.label),
            ";\n  and ".join(wrong),
        ))
    return contents
