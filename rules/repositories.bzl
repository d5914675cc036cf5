"""For workspaces without modules: what MODULE.bazel declares, to call from WORKSPACE. docs/workspace.md has a whole file.

    load(
        "@rules_rust_lambda//rules:repositories.bzl",
        "rules_rust_lambda_dependencies",
        "rules_rust_lambda_register_toolchains",
    )

    rules_rust_lambda_dependencies()

    rules_rust_lambda_register_toolchains()

Neither fetches anything by itself.
"""

load("//rules/private:oci_repository.bzl", "oci_repository")
load("//rules/private:runtime_client_wheels.bzl", "runtime_client_repositories")
load("//rules/toolchain:libclang_wheels.bzl", "libclang_repositories")
load("//rules/toolchain:zig_wheels.bzl", "wrong_zig", "zig_repositories")
load("//rules/tools:repositories.bzl", "tool_repositories")

# buildifier: disable=unnamed-macro
def rules_rust_lambda_dependencies(rules_oci = None, wheel_urls = {}, zig_sha256 = {}, zig_version = ""):
    """Declares the repositories that these rules name: zig, libclang, their tools, an allocator's crates, and the runtime clients of tests.

    Each is fetched when something of it is built. The rule sets that these rules are written with are not among them: `bazel_skylib`,
    `platforms`, `rules_cc`, `rules_python` and `rules_rust` must have been declared before, this repository as `rules_rust_lambda`,
    and `rules_rust_dependencies()` called.

        rules_rust_lambda_dependencies(
            wheel_urls = {
                "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54": [
                    "https://mirror.example.com/ziglang-0.17.1-py3-none-manylinux_2_12_x86_64.whl",
                ],
            },
        )

    Args:
      rules_oci: `"@rules_oci//oci:defs.bzl"`, in a workspace that has rules_oci, for `rust_lambda_image`.
      wheel_urls: a dict from the SHA-256 of Python wheels, in hexadecimal, to lists of their addresses, a mirror's, or `file://` and a
        path. Others are fetched by pip. The message of a failed download has the digest.
      zig_sha256: with `zig_version`, a dict from the platforms that run zig (`linux_aarch64`, `linux_x86_64`, `macos_aarch64`, `macos_x86_64`)
        to the SHA-256 of that version's wheels. Those that build suffice. See docs/overrides.md.
      zig_version: another version of the Python package `ziglang` than the rules' own, such as `"0.15.2"`.
    """
    wrong = wrong_zig(zig_version, zig_sha256)
    if wrong:
        fail("rules_rust_lambda_dependencies: {}.".format(wrong))
    zig_repositories(wheel_urls, zig_version, zig_sha256)
    libclang_repositories(wheel_urls)
    runtime_client_repositories(wheel_urls)
    tool_repositories()
    oci_repository(name = "rules_rust_lambda_oci", defs = rules_oci or "")

# buildifier: disable=unnamed-macro
def rules_rust_lambda_register_toolchains():
    """Registers the toolchains of the rules' tools, and zig's C toolchains for Lambda's platforms. None fits another platform."""
    native.register_toolchains(
        "@rules_rust_lambda_tools//:all",
        "@rules_rust_lambda//rules/toolchain:all",
    )
