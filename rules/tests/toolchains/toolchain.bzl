"""A C toolchain that is told apart by its linker's name, to see which one is taken. It is never run."""

load("@rules_cc//cc:action_names.bzl", "ALL_CC_COMPILE_ACTION_NAMES", "ALL_CC_LINK_ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "action_config", "tool")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

def _config_impl(ctx):
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        action_configs = [
            action_config(action_name = action, enabled = True, tools = [tool(tool = ctx.file.program)])
            for action in ALL_CC_COMPILE_ACTION_NAMES + ALL_CC_LINK_ACTION_NAMES
        ],
        compiler = "none",
        target_cpu = "none",
        target_libc = "none",
        target_system_name = "none",
        toolchain_identifier = ctx.label.name,
    )

_config = rule(
    implementation = _config_impl,
    attrs = {"program": attr.label(allow_single_file = True, mandatory = True)},
)

def named_toolchain(name, constraints, program = None):
    """Declares a C toolchain that has one program for all.

    Args:
      name: of the toolchain.
      constraints: of the platforms that it is for.
      program: the program; `NAME-ld` by default.
    """
    program = program or name + "-ld"
    native.filegroup(name = name + "_files", srcs = [program])
    _config(
        name = name + "_config",
        program = program,
    )
    files = ["all", "as", "ar", "compiler", "dwp", "linker", "objcopy", "strip"]
    cc_toolchain(
        name = name + "_cc",
        toolchain_config = name + "_config",
        visibility = ["//visibility:public"],
        **{kind + "_files": name + "_files" for kind in files}
    )
    native.toolchain(
        name = name,
        target_compatible_with = constraints,
        toolchain = name + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
        visibility = ["//visibility:public"],
    )
