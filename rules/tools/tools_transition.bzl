"""One configuration for what is made once and used by all builds: the rules' own tools, zig's sysroots, and C++'s standard library.

The transitions to Lambda's platforms set build settings, and Bazel hands those on to what runs during the build. Of each combination of them
there would be a tool of its own, of the same crates compiled in the same way.
"""

load("//rules/private:rules_rust.bzl", "LINKER_PREFERENCE")

_COMPILATION_MODES = ["//command_line_option:compilation_mode", "//command_line_option:host_compilation_mode"]
_EXTRA_TOOLCHAINS = "//command_line_option:extra_toolchains"
_OWN_TOOLCHAINS = str(Label("//rules/settings:cc_toolchains"))

# What rustc is told of code for Lambda; rules_rust has another setting for what runs during the build.
_RUSTC_FLAGS = ["@rules_rust//rust/settings:extra_rustc_flags", str(Label("//rules/settings:extra_rustc_flags"))]

_PROFILE = str(Label("//rules/settings:profile"))

def _tools_transition_impl(settings, _attr):
    for_lambda = [str(Label("//rules/toolchain:all"))] + settings[_OWN_TOOLCHAINS]
    changed = {mode: "fastbuild" for mode in _COMPILATION_MODES} | {flags: [] for flags in _RUSTC_FLAGS} | {
        _EXTRA_TOOLCHAINS: [toolchain for toolchain in settings[_EXTRA_TOOLCHAINS] if toolchain not in for_lambda],
        _OWN_TOOLCHAINS: [],
        _PROFILE: "release",
    }
    if LINKER_PREFERENCE:
        changed[LINKER_PREFERENCE] = "cc"
    return changed

tools_transition = transition(
    implementation = _tools_transition_impl,
    inputs = [_EXTRA_TOOLCHAINS, _OWN_TOOLCHAINS],
    outputs = _COMPILATION_MODES + _RUSTC_FLAGS + [
        _EXTRA_TOOLCHAINS,
        _OWN_TOOLCHAINS,
        _PROFILE,
    ] + ([LINKER_PREFERENCE] if LINKER_PREFERENCE else []),
)

# What a rule has whose `cfg` is `tools_transition`.
TOOLS_TRANSITION_ATTRS = {
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}
