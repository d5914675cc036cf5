"""What bindgen needs where a crate runs it in its build script: libclang, and a compiler that tells where headers are."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

def _from_anywhere(path):
    """Returns a path for a build script, which runs in a folder of its own: rules_rust puts the right one for these words."""
    return path if path.startswith("/") else "$${pwd}/" + path

def _bindgen_impl(ctx):
    cc_toolchain = find_cc_toolchain(ctx)
    compiler = cc_common.get_tool_for_action(
        action_name = ACTION_NAMES.c_compile,
        feature_configuration = cc_common.configure_features(
            ctx = ctx,
            cc_toolchain = cc_toolchain,
            requested_features = ctx.features,
            unsupported_features = ctx.disabled_features,
        ),
    )
    return [
        DefaultInfo(files = depset([ctx.file.libclang])),
        platform_common.TemplateVariableInfo({
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
