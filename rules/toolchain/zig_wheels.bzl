"""The zig compiler, from its Python package."""

load("//rules/private:wheels_repository.bzl", "wheel", "wheels_repository")

# The version of the `ziglang` package that is taken unless the root module asks for another, and the SHA-256 of its wheels by the
# platform that runs zig. `tag` is the wheel's platform, as pip names it.
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

# For rules that name what they build with.
_VERSION_BUILD_FILE = """\
load("@bazel_skylib//rules:common_settings.bzl", "string_setting")

string_setting(
    name = "version",
    build_setting_default = {},
    visibility = ["//visibility:public"],
)
"""

_MISSING = """There is no zig for {platform}, which it would run on: zig {version} was asked for, with digests for {given} alone.
Add that of its wheel: in MODULE.bazel, `sha256 = {{"{platform}": "…"}}` of `zig.version(…)`; in WORKSPACE, `zig_sha256` of
`rules_rust_lambda_dependencies(…)`. These commands tell it:

    python3 -m pip download --no-deps --only-binary=:all: --platform {tag} ziglang=={version}
    python3 -m pip hash ziglang-{version}-*.whl
"""

def _version_repository_impl(repository_ctx):
    repository_ctx.file(
        "BUILD.bazel",
        _VERSION_BUILD_FILE.format(json.encode(repository_ctx.attr.version)),
        executable = False,
    )

_version_repository = repository_rule(
    doc = "Tells zig's version.",
    implementation = _version_repository_impl,
    attrs = {"version": attr.string(doc = "The version.", mandatory = True)},
)

def _missing_repository_impl(repository_ctx):
    fail(repository_ctx.attr.message)

_missing_repository = repository_rule(
    doc = "Fails when it is needed.",
    implementation = _missing_repository_impl,
    attrs = {"message": attr.string(doc = "What is missing.", mandatory = True)},
)

def wrong_zig(version, sha256):
    """Says what is wrong with a version of zig that was asked for.

    Args:
      version: the version; empty for the rules' own.
      sha256: a dict from platforms to digests of its wheels.

    Returns:
      A str; `None` if nothing is.
    """
    if bool(version) != bool(sha256):
        return "a version of zig is asked for by both its number, such as `0.15.2`, and the SHA-256 of its wheels, by the platform that runs it"
    unknown = [platform for platform in sha256 if platform not in ZIG_WHEELS]
    if unknown:
        return "zig is not run on {}; platforms are {}".format(
            ", ".join(["`{}`".format(platform) for platform in unknown]),
            ", ".join(["`{}`".format(platform) for platform in ZIG_WHEELS]),
        )
    odd = [platform for platform, digest in sha256.items() if len(digest) != 64 or digest.strip("0123456789abcdef")]
    if odd:
        return "what is given for {} is no SHA-256, which has 64 hexadecimal digits".format(", ".join(["`{}`".format(platform) for platform in odd]))
    return None

def zig_repositories(urls, version = "", sha256 = {}):
    """Declares a repository with zig for each platform that can run it, `@zig_linux_x86_64` and so on, and one that tells its version.

    Args:
      urls: where to download wheels, by their SHA-256; others are fetched by pip.
      version: the version of the `ziglang` package; the rules' own by default.
      sha256: if a version is given, a dict from platforms to the SHA-256 of its wheels. Where others run zig, a build fails, and says so.
    """
    if not version:
        version, sha256 = ZIG_VERSION, {platform: wheel.sha256 for platform, wheel in ZIG_WHEELS.items()}
    _version_repository(name = "rules_rust_lambda_zig", version = version)
    for platform, of_platform in ZIG_WHEELS.items():
        if platform not in sha256:
            _missing_repository(
                name = "zig_" + platform,
                message = _MISSING.format(
                    given = ", ".join(sha256),
                    platform = platform,
                    tag = of_platform.tag,
                    version = version,
                ),
            )
            continue
        wheels_repository(
            name = "zig_" + platform,
            build_file_content = _BUILD_FILE,
            urls = urls,
            wheels = [wheel(
                package = "ziglang",
                sha256 = sha256[platform],
                strip_prefix = "ziglang",
                tag = of_platform.tag,
                version = version,
            )],
        )
