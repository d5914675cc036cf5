"""The targets that Lambda has: architectures, and versions of glibc."""

# By the name of the CPU constraint. `bazel_name` is what `--cpu` calls it, `lambda_name` what Lambda does.
ARCHITECTURES = {
    "aarch64": struct(
        bazel_name = "aarch64",
        dynamic_linker = "/lib/ld-linux-aarch64.so.1",
        emulation = "aarch64linux",
        lambda_name = "arm64",
        zig_includes = ["aarch64-linux-any", "aarch64-linux-gnu"],
    ),
    "x86_64": struct(
        bazel_name = "k8",
        dynamic_linker = "/lib64/ld-linux-x86-64.so.2",
        emulation = "elf_x86_64",
        lambda_name = "x86_64",
        # The last is of zig up to 0.14.
        zig_includes = ["x86-linux-any", "x86-linux-gnu", "x86_64-linux-gnu"],
    ),
}

# From the oldest. Amazon Linux 2 has 2.26, Amazon Linux 2023 has 2.34; the others are for images with another base. 2.17 is the oldest that
# Rust's standard library runs with.
GLIBC_VERSIONS = ["2.17", "2.26", "2.28", "2.34"]
