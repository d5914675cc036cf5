"""The checks of what is packed, that it runs where its runtime's glibc is, or an older one that was asked for."""

load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":attributes.bzl", "readable")
load(":layers.bzl", "layers_of")
load(":runtimes.bzl", "glibc_for")

def _check(ctx, kind, file, arguments, inputs):
    output = ctx.actions.declare_file(ctx.label.name + ".checked")
    arguments.add("--" + kind, file)
    arguments.add("--glibc", glibc_for(ctx.attr.runtime, ctx.attr.glibc))
    arguments.add("--label", readable(ctx.label))
    arguments.add("--output", output)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = depset([file], transitive = [inputs]),
        outputs = [output],
        mnemonic = "LambdaCheck" + kind.capitalize(),
        progress_message = "Checking the {} of %{{label}}".format(kind),
    )
    return output

def check_library(ctx, library, prefixes, beside, rlibs = depset(), home = None):
    """Checks what a shared library needs and exports.

    Args:
      ctx: of a rule with `BUILD_TOOL` among its toolchains, PACK_ATTRS, and the attributes `layer_libraries` and `runtime`.
      library: the library.
      prefixes: what the symbols start with that it may export.
      beside: what `lay_contents` returns: libraries that it needs may be among it.
      rlibs: a depset of what it was linked from, to tell which crate is to blame.
      home: the folder that it lies in on Lambda; that of the zip by default.

    Returns:
      A File, for the output group `_validation`.
    """
    crates = ctx.actions.declare_file(ctx.label.name + ".rlibs")
    lines = ctx.actions.args()
    lines.add_all(rlibs)
    lines.set_param_file_format("multiline")
    ctx.actions.write(crates, lines)
    arguments = ctx.actions.args()
    arguments.add("check")
    arguments.add_all(prefixes, before_each = "--exports")
    arguments.add("--rlibs", crates)
    arguments.add("--beside", beside.list)
    if home:
        arguments.add("--home", home)
    layers = layers_of(ctx)
    arguments.add_all([layer.list for layer in layers], before_each = "--layer")
    arguments.add_all(ctx.attr.layer_libraries, before_each = "--provided")
    return _check(ctx, "library", library, arguments, depset(
        [crates, beside.list] + [file for _, file in beside.files] + [layer.list for layer in layers],
        transitive = [rlibs] + [layer.files for layer in layers],
    ))

def check_program(ctx, program):
    """Checks what a program needs.

    Args:
      ctx: of a rule with `BUILD_TOOL` among its toolchains, PACK_ATTRS, and the attribute `runtime`.
      program: the program.

    Returns:
      A File, for the output group `_validation`.
    """
    arguments = ctx.actions.args()
    arguments.add("check")
    return _check(ctx, "program", program, arguments, depset())
