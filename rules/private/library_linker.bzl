"""What links a library for Lambda, by the C toolchain of the platform: zig's, or a user's own."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL")
load(":profile.bzl", "PROFILE_ATTRS", "is_dev")
load(":script.bzl", "quote")

# The feature by which a C toolchain says that its linker has the option `--icf=all`, as LLD's.
_FOLDS = "fold_identical_code"

# What a rule has that calls `library_linker`.
LIBRARY_LINKER_TOOLCHAINS = [BUILD_TOOL] + use_cc_toolchain(mandatory = True)

LIBRARY_LINKER_ATTRS = PROFILE_ATTRS | {
    "_link_library": attr.label(default = "//rules/private:link_library.sh.tpl", allow_single_file = True),
}

def library_linker(ctx, exports):
    """Writes the program that rustc is to link a library by.

    Args:
      ctx: of a rule with LIBRARY_LINKER_ATTRS, LIBRARY_LINKER_TOOLCHAINS and the fragment `cpp`.
      exports: a list of patterns: the symbols that the library exports.

    Returns:
      A struct: `files`, a list of File, and `flags`, those of rustc that take it.
    """
    cc_toolchain = find_cc_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    linker = cc_common.get_tool_for_action(
        action_name = ACTION_NAMES.cpp_link_dynamic_library,
        feature_configuration = features,
    )
    build_tool = ctx.toolchains[BUILD_TOOL].executable

    # rustc tells by the name what kind of arguments it takes.
    output = ctx.actions.declare_file(ctx.label.name + ".link/lambda-gcc")
    ctx.actions.expand_template(
        output = output,
        template = ctx.file._link_library,
        substitutions = {
            "%{build_tool}": quote(build_tool.path),
            "%{exports}": " ".join([pattern + ";" for pattern in exports]),
            "%{linker}": quote(linker),
            "%{names_frames}": "1" if is_dev(ctx) else "",
        },
        is_executable = True,
    )
    flags = ["-Clinker=" + output.path]
    if cc_common.is_enabled(feature_configuration = features, feature_name = _FOLDS):
        # What is the same twice is kept once.
        flags.append("-Clink-arg=-Wl,--icf=all")
    return struct(files = [output, build_tool], flags = flags)
