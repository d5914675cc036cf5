"""What bindgen needs where a crate runs it in its build script: libclang, and a compiler that tells where headers are."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load(":cxx_runtime.bzl", "BRINGS_CXX_RUNTIME")

def _from_anywhere(path):
    """Returns a path for a build script, which runs in a folder of its own: rules_rust puts the right one for these words."""
    return path if path.startswith("/") else "$${pwd}/" + path

def _sysroot(cc_toolchain, feature_configuration):
    """Returns where libclang looks for headers behind the compiler's own; empty for the machine's own."""
    if cc_common.is_enabled(feature_configuration = feature_configuration, feature_name = BRINGS_CXX_RUNTIME):
        # It has all that it needs.
        return "/nowhere"
    return _from_anywhere(cc_toolchain.sysroot) if cc_toolchain.sysroot else ""

def _bindgen_impl(ctx):
    cc_toolchain = find_cc_toolchain(ctx)
    feature_configuration = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    compiler = cc_common.get_tool_for_action(
        action_name = ACTION_NAMES.c_compile,
        feature_configuration = feature_configuration,
    )
    sysroot = _sysroot(cc_toolchain, feature_configuration)
    return [
        DefaultInfo(files = depset([ctx.file.libclang])),
        platform_common.TemplateVariableInfo({
            "BINDGEN_EXTRA_CLANG_ARGS": "--sysroot=" + sysroot if sysroot else "",
            # Asked for the folders that it looks into; bindgen finds libc's headers by that, not the host's.
            "CLANG_PATH": _from_anywhere(compiler),
            "LIBCLANG_PATH": _from_anywhere(ctx.file.libclang.path),
        }),
    ]

bindgen = rule(
    doc = "Make variables for the build script of a crate that runs bindgen, by the names of the variables that it reads.",
    implementation = _bindgen_impl,
    attrs = {
        "libclang": attr.label(
            doc = "libclang, for the machine that builds.",
            allow_single_file = True,
            cfg = "exec",
            mandatory = True,
        ),
    },
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
