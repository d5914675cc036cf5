"""A platform for arm64 on a machine of another CPU, whose tests qemu-user runs."""

load("//rules:defs.bzl", "lambda_runner")

def emulation(name):
    """Declares the platform, and toolchains for it to be registered.

    No machine's own platform has its constraint: on arm64, tests run as they are. What is needed is fetched where something is built for it, by
    `@test_arm64`, the repository of `repository.bzl`'s extension.

    Args:
      name: of the platform.
    """
    native.constraint_setting(name = name + "_by")
    native.constraint_value(
        name = name + "_by_qemu",
        constraint_setting = name + "_by",
    )
    native.platform(
        name = name,
        constraint_values = [name + "_by_qemu"],
        parents = [Label("//rules/platforms:linux_aarch64_glibc_2.34")],
    )
    lambda_runner(
        name = name + "_qemu",
        arguments = [
            # Graviton2's: what newer ones have besides is an illegal instruction.
            "-cpu",
            "neoverse-n1",
            "-L",
            "$(rootpath @test_arm64//:root)",
            "-0",
            "{argv0}",
        ],
        data = ["@test_arm64//:root"],
        runner = "@test_arm64//:qemu-aarch64",
        tags = ["manual"],
    )
    for kind, toolchain, toolchain_type in [
        ("emulator", name + "_qemu", Label("//rules/tools:emulator_toolchain_type")),
        ("python", "@test_arm64//:python", Label("@rules_python//python:toolchain_type")),
    ]:
        native.toolchain(
            name = "{}_{}".format(name, kind),
            target_compatible_with = [name + "_by_qemu"],
            toolchain = toolchain,
            toolchain_type = toolchain_type,
        )
