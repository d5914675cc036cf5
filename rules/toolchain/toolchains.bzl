"""Declares a C toolchain for each machine that builds, and each target that Lambda has."""

load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load(":architectures.bzl", "ARCHITECTURES", "GLIBC_VERSIONS")
load(":zig_cc_toolchain.bzl", "zig_config", "zig_programs", "zig_sysroot")
load(":zig_repository.bzl", "ZIG_WHEELS")

def zig_toolchains():
    """Declares the toolchains of this package, for `register_toolchains`."""
    for exec_platform in ZIG_WHEELS:
        exec_os, _, exec_cpu = exec_platform.partition("_")
        for cpu in ARCHITECTURES:
            for glibc in GLIBC_VERSIONS:
                name = "{}_for_{}_glibc_{}".format(exec_platform, cpu, glibc)
                target = "{}-linux-gnu.{}".format(cpu, glibc)
                zig = "@zig_{}//:zig".format(exec_platform)
                lib = "@zig_{}//:lib".format(exec_platform)
                zig_sysroot(
                    name = name + "_sysroot",
                    lib = lib,
                    tags = ["manual"],
                    target = target,
                    zig = zig,
                )
                zig_programs(
                    name = name + "_programs",
                    cpu = cpu,
                    lib = lib,
                    sysroot = name + "_sysroot",
                    tags = ["manual"],
                    target = target,
                    zig = zig,
                )
                zig_config(
                    name = name + "_config",
                    cpu = cpu,
                    programs = name + "_programs",
                    tags = ["manual"],
                    target = target,
                )
                for group in ["linker_files", "compiler_files"]:
                    native.filegroup(
                        name = "{}_{}".format(name, group),
                        srcs = [name + "_programs"],
                        output_group = group,
                        tags = ["manual"],
                    )
                native.filegroup(name = name + "_none", tags = ["manual"])
                cc_toolchain(
                    name = name + "_cc",
                    all_files = name + "_programs",
                    ar_files = name + "_compiler_files",
                    as_files = name + "_compiler_files",
                    compiler_files = name + "_compiler_files",
                    dwp_files = name + "_none",
                    linker_files = name + "_linker_files",
                    objcopy_files = name + "_none",
                    strip_files = name + "_none",
                    supports_param_files = False,
                    tags = ["manual"],
                    toolchain_config = name + "_config",
                )
                native.toolchain(
                    name = name,
                    exec_compatible_with = [
                        "@platforms//os:" + exec_os,
                        "@platforms//cpu:" + exec_cpu,
                    ],
                    target_compatible_with = [
                        "@platforms//os:linux",
                        "@platforms//cpu:" + cpu,
                        "//rules/platforms:glibc_" + glibc,
                    ],
                    toolchain = name + "_cc",
                    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
                )
