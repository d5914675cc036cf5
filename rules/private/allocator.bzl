"""The allocator of a library's Rust code, or of a program that is built as it is."""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_rust//rust:defs.bzl", "rust_common")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "owner")

# By the name of an allocator, the crate that sets it; none for glibc's.
ALLOCATORS = {
    "mimalloc": "lambda_mimalloc",
    "system": None,
}

def check_allocator(ctx):
    """Fails if a target's `allocator` is none that there is.

    Args:
      ctx: of a rule with an attribute `allocator` and OWNER_ATTRS.
    """
    if ctx.attr.allocator not in ALLOCATORS:
        fail("{}: allocator is `{}`; it is {}.".format(
            owner(ctx),
            ctx.attr.allocator,
            " or ".join(["`{}`".format(name) for name in ALLOCATORS]),
        ))

def rlibs_of(targets):
    """Returns the compiled crates that targets are, or are linked from.

    Args:
      targets: a list of Target: crates, groups of them, and others, which count for nothing.

    Returns:
      A depset of File, among them the shared libraries that procedural macros are; see `rlib_path`.
    """
    pairs = []
    for target in targets:
        if rust_common.crate_info in target:
            pairs.append((target[rust_common.crate_info], target[rust_common.dep_info]))
        elif rust_common.crate_group_info in target:
            pairs.extend([
                (variant.crate_info, variant.dep_info)
                for variant in target[rust_common.crate_group_info].dep_variant_infos.to_list()
                if variant.crate_info
            ])
    return depset(
        [crate.output for crate, _ in pairs],
        transitive = [dep.transitive_crate_outputs for crate, dep in pairs if dep and crate.type != "proc-macro"],
    )

def rlib_path(file):
    """For `map_each`: the path of a crate that is linked.

    Args:
      file: one of what `rlibs_of` returns.

    Returns:
      A str; `None` for a procedural macro.
    """
    return file.path if file.extension == "rlib" else None

def _allocator_crate_impl(ctx):
    chosen = ALLOCATORS.get(ctx.attr.allocator)
    return [rust_common.crate_group_info(dep_variant_infos = depset([
        rust_common.dep_variant_info(
            build_info = None,
            cc_info = crate[CcInfo] if CcInfo in crate else None,
            crate_group_info = None,
            crate_info = crate[rust_common.crate_info],
            dep_info = crate[rust_common.dep_info],
        )
        for crate in ctx.attr._crates
        if crate[rust_common.crate_info].name == chosen
    ]))]

allocator_crate = rule(
    doc = "The crate of the allocator that is asked for, if it takes one.",
    implementation = _allocator_crate_impl,
    attrs = {
        "allocator": attr.string(doc = "A key of `ALLOCATORS`.", mandatory = True),
        "_crates": attr.label_list(default = ["//shim/mimalloc:lambda_mimalloc"], providers = [rust_common.crate_info]),
    },
)

def _static_library(target):
    for linker_input in target[CcInfo].linking_context.linker_inputs.to_list():
        for library in linker_input.libraries:
            return library.pic_static_library or library.static_library
    fail("{} has no static library.".format(target.label))

def _program_allocator_impl(ctx):
    check_allocator(ctx)
    if not ALLOCATORS[ctx.attr.allocator]:
        return [CcInfo()]
    library = _static_library(ctx.attr._library)
    rlibs = rlibs_of(ctx.attr.deps)
    output = ctx.actions.declare_file("lib{}.a".format(ctx.label.name))
    arguments = ctx.actions.args()
    arguments.add("program-allocator")
    arguments.add("--library", library)
    arguments.add_all(rlibs, before_each = "--rlib", map_each = rlib_path)
    arguments.add_all(ctx.files.srcs, before_each = "--source")
    arguments.add("--output", output)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = depset([library] + ctx.files.srcs, transitive = [rlibs]),
        outputs = [output],
        mnemonic = "LambdaAllocator",
        progress_message = "Choosing the allocator of %{label}",
    )
    cc_toolchain = find_cc_toolchain(ctx)
    feature_configuration = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )

    # Without `alwayslink`: what else of the program's brings a `malloc` comes before it, and is kept.
    return [CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([cc_common.create_linker_input(
        libraries = depset([cc_common.create_library_to_link(
            actions = ctx.actions,
            cc_toolchain = cc_toolchain,
            feature_configuration = feature_configuration,
            pic_static_library = output,
        )]),
        owner = ctx.label,
    )])))]

program_allocator = rule(
    doc = "What an executable has its `malloc` from, where nothing of the program sets an allocator.",
    implementation = _program_allocator_impl,
    attrs = OWNER_ATTRS | {
        "allocator": attr.string(doc = "A key of `ALLOCATORS`.", mandatory = True),
        "deps": attr.label_list(doc = "The program's dependencies."),
        "srcs": attr.label_list(doc = "The program's sources.", allow_files = True),
        "_library": attr.label(default = "//shim/mimalloc:program", providers = [CcInfo]),
    },
    fragments = ["cpp"],
    toolchains = [BUILD_TOOL] + use_cc_toolchain(),
)
