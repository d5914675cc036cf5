"""The zig compiler as an external repository, from its Python package."""

load("//rules/private:wheel.bzl", "unpack_wheel")

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

_BUILD = """\
load("@rules_rust_lambda//rules/toolchain:zig_files.bzl", "zig_files")

package(default_visibility = ["//visibility:public"])

zig_files(name = "lib")
"""

def _zig_repository_impl(repository_ctx):
    wheel = ZIG_WHEELS[repository_ctx.attr.platform]
    unpack_wheel(
        repository_ctx,
        package = "ziglang",
        version = ZIG_VERSION,
        tag = wheel.tag,
        sha256 = wheel.sha256,
        urls = repository_ctx.attr.urls,
        strip_prefix = "ziglang",
        remedy = ("a `zig.wheel(platform = \"{}\", urls = [...])` tag in MODULE.bazel, on the extension of " +
                  "`@rules_rust_lambda//rules:extensions.bzl`").format(repository_ctx.attr.platform),
    )
    repository_ctx.file("BUILD.bazel", _BUILD, executable = False)

zig_repository = repository_rule(
    doc = "Fetches zig for one platform that runs it, and checks it by its SHA-256.",
    implementation = _zig_repository_impl,
    attrs = {
        "platform": attr.string(
            doc = "The platform that runs zig: a key of `ZIG_WHEELS`.",
            mandatory = True,
            values = ZIG_WHEELS.keys(),
        ),
        "urls": attr.string_list(
            doc = "Where to download the wheel instead of by pip: a mirror's addresses, or `file://` and a path.",
        ),
    },
)
