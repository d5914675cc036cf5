"""libclang, which bindgen reads C by, from its Python package."""

load("//rules/private:wheels_repository.bzl", "wheel", "wheels_repository")

_VERSION = "18.1.1"

# By the platform that runs build scripts. `tag` is the wheel's platform, as pip names it.
LIBCLANG_WHEELS = {
    "linux_aarch64": struct(
        library = "libclang.so",
        sha256 = "54dda940a4a0491a9d1532bf071ea3ef26e6dbaf03b5000ed94dd7174e8f9592",
        tag = "manylinux2014_aarch64",
    ),
    "linux_x86_64": struct(
        library = "libclang.so",
        sha256 = "c533091d8a3bbf7460a00cb6c1a71da93bffe148f172c7d03b1c31fbf8aa2a0b",
        tag = "manylinux2010_x86_64",
    ),
    "macos_aarch64": struct(
        library = "libclang.dylib",
        sha256 = "0b2e143f0fac830156feb56f9231ff8338c20aecfe72b4ffe96f19e5a1dbb69a",
        tag = "macosx_11_0_arm64",
    ),
    "macos_x86_64": struct(
        library = "libclang.dylib",
        sha256 = "6f14c3f194704e5d09769108f03185fce7acaf1d1ae4bbb2f30a72c2400cb7c5",
        tag = "macosx_10_9_x86_64",
    ),
}

_BUILD_FILE = """\
package(default_visibility = ["//visibility:public"])

exports_files(["{library}"])
"""

def libclang_repositories(urls):
    """Declares a repository with libclang for each platform that can run it, `@libclang_linux_x86_64` and so on.

    Args:
      urls: where to download wheels, by their SHA-256; others are fetched by pip.
    """
    for platform, of_platform in LIBCLANG_WHEELS.items():
        wheels_repository(
            name = "libclang_" + platform,
            build_file_content = _BUILD_FILE.format(library = of_platform.library),
            urls = urls,
            wheels = [wheel(
                package = "libclang",
                sha256 = of_platform.sha256,
                strip_prefix = "libclang-{}.data/platlib/clang/native".format(_VERSION),
                tag = of_platform.tag,
                version = _VERSION,
            )],
        )
