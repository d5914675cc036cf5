"""Declares a C toolchain for each machine that builds, and each target that Lambda has."""

load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load(":architectures.bzl", "ARCHITECTURES", "GLIBC_VERSIONS")
load(":zig_cc_toolchain.bzl", "zig_config", "zig_libcxx", "zig_libcxx_files", "zig_programs", "zig_sysroot")
load(":zig_wheels.bzl", "ZIG_WHEELS")

def zig_toolchains(name):  # buildifier: disable=unused-variable
    """Declares the toolchains of this package, for `register_toolchains`.

    Args:
      name: unused; the toolchains are named after what they run on and build for.
    """
    for exec_platform in ZIG_WHEELS:
        exec_os, _, exec_cpu = exec_platform.partition("_")
        exec_platform_constraints = ["@platforms//os:" + exec_os, "@platforms//cpu:" + exec_cpu]
        zig = "@zig_{}//:zig".format(exec_platform)
        lib = "@zig_{}//:lib".format(exec_platform)
        for cpu in ARCHITECTURES:
            # One for all versions of glibc: what it asks of the oldest, the others have.
            libcxx = "{}_for_{}_libcxx".format(exec_platform, cpu)
            libcxx_target = "{}-linux-gnu.{}".format(cpu, GLIBC_VERSIONS[0])
            zig_libcxx(
                name = libcxx,
                exec_compatible_with = exec_platform_constraints,
                lib = lib,
                tags = ["manual"],
                target = libcxx_target,
                zig = zig,
            )
            zig_libcxx_files(
                name = libcxx + "_files",
                exec_compatible_with = exec_platform_constraints,
                libcxx = libcxx,
                tags = ["manual"],
            )
            for glibc in GLIBC_VERSIONS:
                toolchain_name = "{}_for_{}_glibc_{}".format(exec_platform, cpu, glibc)
                target = "{}-linux-gnu.{}".format(cpu, glibc)
                zig_sysroot(
                    name = toolchain_name + "_sysroot",
                    exec_compatible_with = exec_platform_constraints,
                    lib = lib,
                    tags = ["manual"],
                    target = target,
                    zig = zig,
                )
                zig_programs(
                    name = toolchain_name + "_programs",
                    cpu = cpu,
                    exec_compatible_with = exec_platform_constraints,
                    lib = lib,
                    libcxx_target = libcxx_target,
                    sysroot = toolchain_name + "_sysroot",
                    tags = ["manual"],
                    target = target,
                    zig = zig,
                )
                zig_config(
                    name = toolchain_name + "_config",
                    cpu = cpu,
                    programs = toolchain_name + "_programs",
                    tags = ["manual"],
                    target = target,
                )
                for group in ["compiler_files", "linker_files", "strip_files"]:
                    native.filegroup(
                        name = "{}_{}".format(toolchain_name, group),
                        srcs = [toolchain_name + "_programs"],
                        output_group = group,
                        tags = ["manual"],
                    )
                native.filegroup(name = toolchain_name + "_none", tags = ["manual"])
                cc_toolchain(
                    name = toolchain_name + "_cc",
                    all_files = toolchain_name + "_programs",
                    ar_files = toolchain_name + "_compiler_files",
                    as_files = toolchain_name + "_compiler_files",
                    compiler_files = toolchain_name + "_compiler_files",
                    dwp_files = toolchain_name + "_none",
                    # What links a shared library of its own links the archives, too.
                    dynamic_runtime_lib = libcxx + "_files",
                    linker_files = toolchain_name + "_linker_files",
                    objcopy_files = toolchain_name + "_none",
                    static_runtime_lib = libcxx + "_files",
                    strip_files = toolchain_name + "_strip_files",
                    supports_param_files = False,
                    tags = ["manual"],
                    toolchain_config = toolchain_name + "_config",
                    visibility = ["//visibility:public"],
                )
                native.toolchain(
                    name = toolchain_name,
                    exec_compatible_with = exec_platform_constraints,
                    target_compatible_with = [
                        "@platforms//os:linux",
                        "@platforms//cpu:" + cpu,
                        "//rules/platforms:glibc_" + glibc,
                    ],
                    toolchain = toolchain_name + "_cc",
                    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
                    visibility = ["//visibility:public"],
                )
