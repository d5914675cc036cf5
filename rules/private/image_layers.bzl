"""What a zip holds, as layers of an image."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")

# Where Lambda's images have a function's files, and the program of the OS-only runtime.
_TASK_ROOT = "var/task"
_RUNTIME_ROOT = "var/runtime"

def _layer(ctx, name, files, data, inputs):
    layer = ctx.actions.declare_file("{}.{}.tar.gz".format(ctx.label.name, name))
    arguments = ctx.actions.args()
    arguments.add("image-layer")
    arguments.add("--output", layer)
    for path, file in files.items():
        arguments.add("--file", "{}={}".format(path, file.path))
    if data:
        arguments.add("--list", data)
        arguments.add("--list-in", _TASK_ROOT)
    if ctx.attr._profile[BuildSettingInfo].value == "dev":
        arguments.add("--fast")
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = inputs,
        outputs = [layer],
        mnemonic = "LambdaImageLayer",
        progress_message = "Packing the image layer {} of %{{label}}".format(name),
    )
    return layer

def image_layers(ctx, executable, name, shims, data):
    """Packs what `pack` lays into a zip as layers of an image: what changes seldom first.

    Args:
      ctx: of a rule with PACK_ATTRS.
      executable: the code.
      name: what it is called in the zip.
      shims: files that are laid beside it, under their own names.
      data: what `list_data` returns.

    Returns:
      A list of Files, from the lowest layer: the target's `data`, where it has any, and the code. The actions run where they are asked for.
    """
    root = _RUNTIME_ROOT if name == "bootstrap" and not shims else _TASK_ROOT
    files = {"{}/{}".format(root, name): executable} | {
        "{}/{}".format(_TASK_ROOT, shim.basename): shim
        for shim in shims
    }
    layers = [_layer(ctx, "code", files, None, [executable] + shims)]
    if ctx.files.data:
        layers = [_layer(ctx, "data", {}, data, [data] + ctx.files.data)] + layers
    return layers
