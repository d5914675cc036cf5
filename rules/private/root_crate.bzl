"""The generated crate that joins rewritten programs into one shared library."""

load("//rules:providers.bzl", "LambdaFunctionInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":allocator.bzl", "ALLOCATORS", "check_allocator", "rlib_path", "rlibs_of")
load(":attributes.bzl", "OWNER_ATTRS", "owner")
load(":flags.bzl", "flags_for_dependants")
load(":library_linker.bzl", "LIBRARY_LINKER_ATTRS", "LIBRARY_LINKER_TOOLCHAINS", "library_linker")
load(":locations.bzl", "expand", "lines")
load(":names.bzl", "wrong_library_name")
load(":panic_strategy.bzl", "PanicStrategyInfo", "check_panic_strategy")

def library_name(crate_name):
    """The name under which Python imports a library: that of its file in the zip, without `.so`.

    Args:
      crate_name: the zip's `crate_name`.

    Returns:
      A str.
    """
    return "lib" + crate_name

# What the C functions start with that `shim/include/lambda_shim.h` declares.
_INTERFACE = "lambda_shim_"

def exported_prefixes(crate_name):
    """What the symbols start with that a library exports: its C functions, and the one that Python calls to import it as a module.

    Args:
      crate_name: the zip's `crate_name`.

    Returns:
      A list of str.
    """
    return [_INTERFACE, "PyInit_" + library_name(crate_name)]

def _root_crate_impl(ctx):
    check_allocator(ctx)
    wrong = wrong_library_name(library_name(ctx.attr.crate_name))
    if wrong:
        fail("{}: {}. Set `crate_name`.".format(owner(ctx), wrong))
    output = ctx.actions.declare_file(ctx.label.name + ".rs")
    manifests = [function[LambdaFunctionInfo].manifest for function in ctx.attr.functions]
    allocator = ALLOCATORS[ctx.attr.allocator]

    # Asked whether one of them sets an allocator, which is kept then.
    rlibs = rlibs_of(ctx.attr.functions) if allocator else depset()
    arguments = ctx.actions.args()
    arguments.add("root-crate")
    arguments.add("--label", owner(ctx))
    arguments.add("--library", library_name(ctx.attr.crate_name))
    if allocator:
        arguments.add("--allocator", allocator)
    arguments.add_all(rlibs, before_each = "--rlib", map_each = rlib_path)
    arguments.add_all(manifests, before_each = "--manifest")
    arguments.add("--output", output)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = depset(manifests, transitive = [rlibs]),
        outputs = [output],
        mnemonic = "LambdaRootCrate",
        progress_message = "Writing the root crate of %{label}",
    )
    linker = library_linker(ctx, [prefix + "*" for prefix in exported_prefixes(ctx.attr.crate_name)])
    check_panic_strategy(owner(ctx), ctx.attr.rustc_flags, ctx.attr.functions)
    flags = linker.flags + [
        expand(ctx, flag, ctx.attr.compile_data + ctx.attr.data, {})
        for flag in ctx.attr.rustc_flags
    ]
    flags_file = ctx.actions.declare_file(ctx.label.name + ".flags")
    ctx.actions.write(flags_file, lines(flags))
    return [
        DefaultInfo(files = depset([output])),
        flags_for_dependants(flags_file, ctx.files.compile_data + linker.files),
    ]

root_crate = rule(
    doc = "Writes the crate with the exported symbol over a table of functions, and the flags that it is linked with.",
    implementation = _root_crate_impl,
    attrs = LIBRARY_LINKER_ATTRS | OWNER_ATTRS | {
        "allocator": attr.string(doc = "The library's allocator.", mandatory = True),
        "compile_data": attr.label_list(doc = "What `rustc_flags` may name.", allow_files = True),
        "crate_name": attr.string(doc = "The zip's `crate_name`, which the library is named after.", mandatory = True),
        "data": attr.label_list(doc = "What `rustc_flags` may name besides `compile_data`.", allow_files = True),
        "functions": attr.label_list(doc = "The rewritten programs.", mandatory = True, providers = [LambdaFunctionInfo, PanicStrategyInfo]),
        "rustc_flags": attr.string_list(doc = "The zip's, which come behind all others."),
    },
    fragments = ["cpp"],
    toolchains = LIBRARY_LINKER_TOOLCHAINS,
)
