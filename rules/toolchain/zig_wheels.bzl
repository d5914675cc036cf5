"""The zig compiler, from its Python package."""

load("//rules/private:wheels_repository.bzl", "wheel", "wheels_repository")

# The version of the `ziglang` package, and the SHA-256 of its wheels by the platform that runs zig. `tag` is the
# wheel's platform, as pip names it.
ZIG_VERSION = "0.17.1"
ZIG_WHEELS = {
    "linux_aarch64": struct(
        sha256 = "b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e",
        tag = "manylinux2014_aarch64",
    ),
    "linux_x86_64": struct(
        sha256 = "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
        tag = "manylinux_2_12_x86_64",
    ),
    "macos_aarch64": struct(
        sha256 = "09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23",
        tag = "macosx_13_0_arm64",
    ),
    "macos_x86_64": struct(
        sha256 = "4e0b4b9c02b8d0d220e9948010f860b62ff11d96abb39762eca5fa2ef3f7bc97",
        tag = "macosx_13_0_x86_64",
    ),
}

_BUILD_FILE = """\
load("@rules_rust_lambda//rules/toolchain:zig_files.bzl", "zig_files")

package(default_visibility = ["//visibility:public"])

zig_files(name = "lib")
"""

def zig_repositories(urls):
    """Declares a repository with zig for each platform that can run it, `@zig_linux_x86_64` and so on.

    Args:
      urls: where to download wheels, by their SHA-256; others are fetched by pip.
    """
    for platform, of_platform in ZIG_WHEELS.items():
        wheels_repository(
            name = "zig_" + platform,
            build_file_content = _BUILD_FILE,
            urls = urls,
            wheels = [wheel(
                package = "ziglang",
                sha256 = of_platform.sha256,
                strip_prefix = "ziglang",
                tag = of_platform.tag,
                version = ZIG_VERSION,
            )],
        )
