"""C toolchains: one that is told apart by its linker's name, to see which one is taken, and a machine's own GCC."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES", "ALL_CC_COMPILE_ACTION_NAMES", "ALL_CC_LINK_ACTION_NAMES")
load("@rules_cc//cc:cc_toolchain_config_lib.bzl", "action_config", "tool")
load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")

# What GCC finds by itself.
_SYSTEM_INCLUDES = ["/usr/include", "/usr/lib/gcc"]

def _config_impl(ctx):
    if ctx.file.program:
        compiler = tool(tool = ctx.file.program)
        archiver = compiler
    else:
        compiler = tool(path = "/usr/bin/g++")
        archiver = tool(path = "/usr/bin/ar")
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        action_configs = [
            action_config(action_name = action, enabled = True, tools = [compiler])
            for action in ALL_CC_COMPILE_ACTION_NAMES + ALL_CC_LINK_ACTION_NAMES
        ] + [action_config(action_name = ACTION_NAMES.cpp_link_static_library, enabled = True, tools = [archiver])],
        compiler = "none",
        cxx_builtin_include_directories = _SYSTEM_INCLUDES,
        target_cpu = "none",
        target_libc = "none",
        target_system_name = "none",
        toolchain_identifier = ctx.label.name,
    )

_config = rule(
    implementation = _config_impl,
    attrs = {"program": attr.label(allow_single_file = True)},
)

def _toolchain(name, constraints, program, files):
    _config(
        name = name + "_config",
        program = program,
    )
    native.filegroup(name = name + "_files", srcs = files)
    kinds = ["all", "as", "ar", "compiler", "dwp", "linker", "objcopy", "strip"]
    cc_toolchain(
        name = name + "_cc",
        toolchain_config = name + "_config",
        visibility = ["//visibility:public"],
        **{kind + "_files": name + "_files" for kind in kinds}
    )
    native.toolchain(
        name = name,
        target_compatible_with = constraints,
        toolchain = name + "_cc",
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
        visibility = ["//visibility:public"],
    )

def named_toolchain(name, constraints):
    """Declares a C toolchain that has one program for all, which is never run.

    Args:
      name: of the toolchain; the program is `NAME-ld`.
      constraints: of the platforms that it is for.
    """
    program = name + "-ld"
    _toolchain(name, constraints, program, [program])

def machine_toolchain(name, constraints):
    """Declares the C toolchain that the machine has which runs actions: `/usr/bin/g++` and `/usr/bin/ar`.

    Args:
      name: of the toolchain.
      constraints: of the machine.
    """
    _toolchain(name, constraints, None, [])
