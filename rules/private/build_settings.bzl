"""The settings of a build that these rules' transitions change, by what Bazel and rules_rust call them."""

load(":rules_rust.bzl", "LINKER_PREFERENCE")

COLLECT_CODE_COVERAGE = "//command_line_option:collect_code_coverage"
COMPILATION_MODE = "//command_line_option:compilation_mode"
EXTRA_TOOLCHAINS = "//command_line_option:extra_toolchains"
HOST_COMPILATION_MODE = "//command_line_option:host_compilation_mode"
OWN_TOOLCHAINS = str(Label("//rules/settings:cc_toolchains"))
PROFILE = str(Label("//rules/settings:profile"))
RUSTC_FLAGS = "@rules_rust//rust/settings:extra_rustc_flags"

# What those are, in a setting whose value other rules can read.
READABLE_RUSTC_FLAGS = str(Label("//rules/settings:extra_rustc_flags"))

# That rustc links by the C toolchain, where rules_rust has a say in it.
LINKED_BY_CC = {LINKER_PREFERENCE: "cc"} if LINKER_PREFERENCE else {}

def lambda_toolchains(settings):
    """The C toolchains for Lambda's platforms, the last of which is the first that is looked at.

    Args:
      settings: those of a transition that has OWN_TOOLCHAINS among its inputs.

    Returns:
      A list of str, as in EXTRA_TOOLCHAINS.
    """
    return [str(Label("//rules/toolchain:all"))] + settings[OWN_TOOLCHAINS]
