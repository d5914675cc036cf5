"""What `rust_lambda_image` makes around rules_oci's image."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "owner", "readable")
load(":sbom.bzl", "documents_of")

# What images call the architectures.
_ARCHITECTURES = {
    "arm64": "arm64",
    "x86_64": "amd64",
}

def _image_parts_impl(ctx):
    zip = ctx.attr.zip[LambdaZipInfo]
    wrong = []
    if ctx.attr.handler and ctx.attr.handler not in zip.handlers and ctx.attr.handler.startswith("index."):
        wrong.append("handler is `{}`, and {} has {}".format(
            ctx.attr.handler,
            readable(ctx.attr.zip.label),
            ", ".join(["`{}`".format(handler) for handler in zip.handlers]),
        ))
    if not ctx.attr.handler and len(zip.handlers) > 1:
        wrong.append("{} has {} functions, and an image starts one; set `handler` to one of {}".format(
            readable(ctx.attr.zip.label),
            len(zip.handlers),
            ", ".join(["`{}`".format(handler) for handler in zip.handlers]),
        ))
    if zip.edge:
        wrong.append("{} is for Lambda@Edge, which runs no images; take its `edge` out".format(readable(ctx.attr.zip.label)))
    if wrong:
        fail("{}: {}.".format(owner(ctx), ";\n  and ".join(wrong)))
    command = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(command, (ctx.attr.handler or zip.handlers[0]) + "\n")
    return [
        DefaultInfo(files = depset(zip.image_layers)),
        OutputGroupInfo(command = depset([command])),
    ]

image_parts = rule(
    doc = "The layers and the command of an image, and the checks of what it is made from.",
    implementation = _image_parts_impl,
    attrs = OWNER_ATTRS | {
        "handler": attr.string(doc = "The function's handler setting; the zip's only one by default."),
        "zip": attr.label(doc = "What is in it.", mandatory = True, providers = [LambdaZipInfo]),
    },
)

def _lambda_image_impl(ctx):
    image = ctx.file.image
    checked = ctx.actions.declare_file(ctx.label.name + ".checked")
    arguments = ctx.actions.args()
    arguments.add("check-image")
    arguments.add_all("--layout", [image], expand_directories = False)
    arguments.add("--architecture", _ARCHITECTURES[ctx.attr.zip[LambdaZipInfo].architecture])
    arguments.add("--label", readable(ctx.label))
    arguments.add("--output", checked)
    run_build_tool(
        ctx,
        arguments = [arguments],
        # The layout has links to what its base's folder has.
        inputs = depset([image], transitive = [ctx.attr.image[DefaultInfo].default_runfiles.files]),
        outputs = [checked],
        mnemonic = "LambdaCheckImage",
        progress_message = "Checking the image %{label}",
    )
    return [
        DefaultInfo(files = depset([image]), runfiles = ctx.attr.image[DefaultInfo].default_runfiles),
        # Of what is laid above the base.
        OutputGroupInfo(sbom = documents_of(ctx.attr.zip), _validation = depset([checked])),
    ]

lambda_image = rule(
    doc = "An image that Lambda takes. Used through `rust_lambda_image`.",
    implementation = _lambda_image_impl,
    attrs = {
        "image": attr.label(doc = "The folder of its layout.", mandatory = True, allow_single_file = True),
        "zip": attr.label(doc = "What is in it.", mandatory = True, providers = [LambdaZipInfo]),
    },
    toolchains = [BUILD_TOOL],
)
