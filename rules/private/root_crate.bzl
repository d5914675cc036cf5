"""The generated crate that joins rewritten programs into one shared library."""

load("@rules_rust//rust:rust_common.bzl", "CrateInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")

def _root_crate_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".rs")
    manifests = [function[LambdaFunctionInfo].manifest for function in ctx.attr.functions]
    arguments = ctx.actions.args()
    arguments.add("root-crate")
    arguments.add("--library", ctx.attr.library)
    arguments.add_all([dep[CrateInfo].name for dep in ctx.attr.links], before_each = "--link")
    arguments.add_all(manifests, before_each = "--manifest")
    arguments.add("--output", output)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = manifests,
        outputs = [output],
        mnemonic = "LambdaRootCrate",
    )
    return [DefaultInfo(files = depset([output]))]

root_crate = rule(
    doc = "Writes the crate with the exported symbols over a table of functions.",
    implementation = _root_crate_impl,
    attrs = {
        "functions": attr.label_list(doc = "The rewritten programs.", mandatory = True, providers = [LambdaFunctionInfo]),
        "library": attr.string(doc = "The name of the library's file, without its suffix.", mandatory = True),
        "links": attr.label_list(
            doc = "Crates that are linked in for what they bring by themselves, as a global allocator.",
            providers = [CrateInfo],
        ),
    },
    toolchains = [BUILD_TOOL],
)
