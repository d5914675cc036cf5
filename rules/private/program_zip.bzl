"""The zip of a program as it is: for the OS-only runtime, or with a shim that starts it."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL")
load(":attributes.bzl", "readable")
load(":check.bzl", "check_program")
load(":image_layers.bzl", "image_layers")
load(":layers.bzl", "layers_of", "wrong_layers")
load(":pack.bzl", "PACK_ATTRS", "data_contents", "lay_contents", "pack")
load(":platform.bzl", "CPUS", "lambda_transition")
load(":runtimes.bzl", "RUNTIMES", "glibc_for", "is_library", "wrong_glibc")
load(":sbom.bzl", "SBOM_ATTRS", "linked_aspect", "linked_of", "sbom")
load(":unversioned.bzl", "check_versions", "unversioned_aspect")

def _program_zip_impl(ctx):
    wrong = wrong_glibc(ctx.attr.runtime, ctx.attr.glibc) + wrong_layers(ctx)
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))
    check_versions(readable(ctx.label), ctx.attr.program)

    # A transition makes a list of what it leads to.
    program = ctx.files.program[0]
    shim = RUNTIMES[ctx.attr.runtime].shim
    shims = [file for file in ctx.files._shims if file.basename == shim]
    beside = lay_contents(ctx, data_contents(ctx))
    zip, contents = pack(ctx, {"bootstrap": program}, shims, beside)
    return [
        DefaultInfo(files = depset([zip])),
        OutputGroupInfo(
            sbom = sbom(
                ctx,
                linked_of(ctx.attr.program + ctx.attr.data),
                [program],
                beside,
                has_shim = bool(shims),
                layers = ctx.attr.layers,
            ),
            _validation = depset([check_program(ctx, program)]),
        ),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            contents = contents,
            dispatch = "",
            edge = False,
            glibc = glibc_for(ctx.attr.runtime, ctx.attr.glibc),
            handlers = ["index.handler" if shims else "bootstrap"],
            image_layers = image_layers(ctx, {"bootstrap": program}, shims, beside),
            layers = layers_of(ctx),
            library = None,
            runtime = ctx.attr.runtime,
            streaming = not shims,
            zip = zip,
        ),
    ]

program_zip = rule(
    doc = "Packs an executable as it is. Used through `rust_lambda_zip`.",
    implementation = _program_zip_impl,
    attrs = PACK_ATTRS | SBOM_ATTRS | {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = CPUS.keys(),
        ),
        "program": attr.label(
            doc = "The executable.",
            aspects = [linked_aspect, unversioned_aspect],
            cfg = lambda_transition,
            mandatory = True,
        ),
        "runtime": attr.string(
            doc = "The identifier of Lambda's runtime.",
            default = "provided.al2023",
            values = [runtime for runtime in RUNTIMES if not is_library(runtime)],
        ),
        "_shims": attr.label_list(default = ["//shim/node:index.mjs"], allow_files = True),
    },
    provides = [LambdaZipInfo],
    toolchains = [BUILD_TOOL],
)
