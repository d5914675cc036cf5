"""What a zip and its layers hold, as layers of an image."""

load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":layers.bzl", "layers_of")
load(":profile.bzl", "is_dev")

# Where Lambda's images have a function's files, the program of the OS-only runtime, and what Lambda unpacks layers into.
_TASK_ROOT = "var/task"
_RUNTIME_ROOT = "var/runtime"
_LAYERS_ROOT = "opt"

def _image_layer(ctx, name, inputs, files = {}, listed = None, folder = _TASK_ROOT):
    layer = ctx.actions.declare_file("{}.{}.tar.gz".format(ctx.label.name, name))
    arguments = ctx.actions.args()
    arguments.add("image-layer")
    arguments.add("--output", layer)
    for path, file in files.items():
        arguments.add("--file", "{}={}".format(path, file.path))
    if listed:
        arguments.add("--list", listed)
        arguments.add("--list-in", folder)
    if is_dev(ctx):
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

def image_layers(ctx, code, shims, beside):
    """Packs what `pack` lays into a zip, and what its Lambda layers hold, as layers of an image: what changes seldom first.

    Args:
      ctx: of a rule with PACK_ATTRS.
      code: a dict from names in the zip to Files.
      shims: files that are laid beside it, under their own names.
      beside: what `lay_contents` returns.

    Returns:
      A list of Files, from the lowest layer: one for each Lambda layer, what lies beside the code, where anything does, and the code. The actions run
      where they are asked for.
    """
    layers = [
        _image_layer(
            ctx,
            "opt{}".format(number),
            depset([layer.list], transitive = [layer.files]),
            listed = layer.list,
            folder = _LAYERS_ROOT,
        )
        for number, layer in enumerate(layers_of(ctx))
    ]
    if beside.files:
        layers.append(_image_layer(ctx, "data", [beside.list] + [file for _, file in beside.files], listed = beside.list))
    files = {
        "{}/{}".format(_TASK_ROOT if shims else _RUNTIME_ROOT, name): file
        for name, file in code.items()
    } | {
        "{}/{}".format(_TASK_ROOT, shim.basename): shim
        for shim in shims
    }
    return layers + [_image_layer(ctx, "code", code.values() + shims, files = files)]
