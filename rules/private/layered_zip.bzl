"""The zip of functions whose shared library lies in a layer: the shim that loads it, and data."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL")
load(":attributes.bzl", "readable")
load(":check.bzl", "check_library")
load(":image_layers.bzl", "image_layers")
load(":layers.bzl", "layers_of")
load(":pack.bzl", "PACK_ATTRS", "data_contents", "lay_contents", "pack")
load(":platform.bzl", "CPUS")
load(":python_deps.bzl", "PYTHON_DEPS_ATTRS", "python_deps_contents")
load(":root_crate.bzl", "exported_prefixes")
load(":runtimes.bzl", "glibc_for")
load(":sbom.bzl", "LinkedFilesInfo", "SBOM_ATTRS", "linked_of", "sbom")
load(":shim.bzl", "SHIM_ATTRS", "shim", "wrong_shim")

def _wrong_libraries(ctx, layers):
    """Says what is wrong with the layers that hold libraries of functions."""
    if not layers:
        return ["none of its layers holds the library of a `rust_lambda_zip`; give it a program's `srcs` and `deps`, or `functions`, or set `library` in a layer"]
    if len(layers) > 1:
        return ["each of the layers {} holds the library of a `rust_lambda_zip`, and a zip without a program of its own is for one; take the others out".format(
            " and ".join([readable(layer.label) for layer in layers]),
        )]
    library = layers[0].library
    if library.dispatch != ctx.attr.dispatch:
        return ["the layer {} holds the library of {}, which has `dispatch = \"{}\"`, and lies where that looks for it; set the same here".format(
            readable(layers[0].label),
            readable(library.zip),
            library.dispatch,
        )]
    return []

def _layered_zip_impl(ctx):
    layers = layers_of(ctx)
    holding = [layer for layer in layers if layer.library]
    wrong = wrong_shim(ctx) + _wrong_libraries(ctx, holding)
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))
    library = holding[0].library
    module = library.file.basename.removesuffix(".so")
    beside = lay_contents(ctx, data_contents(ctx) + python_deps_contents(ctx).items())
    shims = shim(ctx, module, [handler.removeprefix("index.") for handler in library.handlers])
    zip, contents = pack(ctx, {}, shims, beside)
    checked = check_library(
        ctx,
        library.file,
        exported_prefixes(module.removeprefix("lib")),
        beside,
        home = "/opt/" + library.folder,
    )
    return [layer[LinkedFilesInfo] for layer in ctx.attr.layers if LinkedFilesInfo in layer] + [
        DefaultInfo(files = depset([zip])),
        OutputGroupInfo(
            sbom = sbom(ctx, linked_of(ctx.attr.data), [], beside, has_shim = True, layers = ctx.attr.layers),
            shared_library = depset([library.file]),
            _validation = depset([checked]),
        ),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            contents = contents,
            dispatch = ctx.attr.dispatch,
            edge = False,
            glibc = glibc_for(ctx.attr.runtime, ctx.attr.glibc),
            handlers = library.handlers,
            image_layers = image_layers(ctx, {}, shims, beside),
            layers = layers,
            library = library.file,
            runtime = ctx.attr.runtime,
            streaming = ctx.attr.dispatch == "native",
            zip = zip,
        ),
    ]

layered_zip = rule(
    doc = "Packs the shim of a library that lies in a layer. Used through `rust_lambda_zip`.",
    implementation = _layered_zip_impl,
    attrs = PACK_ATTRS | PYTHON_DEPS_ATTRS | SBOM_ATTRS | SHIM_ATTRS | {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = CPUS.keys(),
        ),
    },
    provides = [LambdaZipInfo],
    toolchains = [BUILD_TOOL],
)
