"""One configuration for what is made once and used by all builds: the rules' own tools, zig's sysroots, and C++'s standard library.

The transitions to Lambda's platforms change settings, and Bazel hands those on to what runs during the build. Of each combination of them
there would be a tool of its own, of the same crates compiled in the same way.
"""

load(
    "//rules/private:build_settings.bzl",
    "COMPILATION_MODE",
    "EXTRA_TOOLCHAINS",
    "HOST_COMPILATION_MODE",
    "LINKED_BY_CC",
    "OWN_TOOLCHAINS",
    "PROFILE",
    "READABLE_RUSTC_FLAGS",
    "RUSTC_FLAGS",
    "lambda_toolchains",
)

# Whatever is built. What rustc is told of code for Lambda is nothing to these: rules_rust has another setting for what runs during the build.
_SAME = LINKED_BY_CC | {
    COMPILATION_MODE: "fastbuild",
    HOST_COMPILATION_MODE: "fastbuild",
    OWN_TOOLCHAINS: [],
    PROFILE: "release",
    READABLE_RUSTC_FLAGS: [],
    RUSTC_FLAGS: [],
}

def _tools_transition_impl(settings, _attr):
    for_lambda = lambda_toolchains(settings)
    others = [toolchain for toolchain in settings[EXTRA_TOOLCHAINS] if toolchain not in for_lambda]
    return _SAME | {EXTRA_TOOLCHAINS: others}

tools_transition = transition(
    implementation = _tools_transition_impl,
    inputs = [EXTRA_TOOLCHAINS, OWN_TOOLCHAINS],
    outputs = _SAME.keys() + [EXTRA_TOOLCHAINS],
)

# What a rule has whose `cfg` is `tools_transition`.
TOOLS_TRANSITION_ATTRS = {
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}
