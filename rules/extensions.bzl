"""The module extensions of these rules: zig, libclang, the runtime clients that tests run under, and what images are made by."""

load("//rules/private:oci_repository.bzl", "oci_repository")
load("//rules/private:runtime_client_wheels.bzl", "runtime_client_repositories")
load("//rules/toolchain:libclang_wheels.bzl", "libclang_repositories")
load("//rules/toolchain:zig_wheels.bzl", "wrong_zig", "zig_repositories")

_wheel = tag_class(
    doc = "Names where to download a wheel, instead of by pip. Only the root module's are heeded.",
    attrs = {
        "sha256": attr.string(
            doc = "The wheel's SHA-256, in hexadecimal, as the message says it that asks for this tag.",
            mandatory = True,
        ),
        "urls": attr.string_list(
            doc = "Its addresses: a mirror's, or `file://` and a path.",
            mandatory = True,
        ),
    },
)

def _urls(module_ctx):
    # Where to download from is for the root module to say.
    return {
        wheel.sha256: wheel.urls
        for module in module_ctx.modules
        if module.is_root
        for wheel in module.tags.wheel
    }

_zig_version = tag_class(
    doc = "Asks for another version of zig. Only the root module's is heeded.",
    attrs = {
        "sha256": attr.string_dict(
            doc = "The SHA-256 of the version's wheels, in hexadecimal, by the platform that runs zig: `linux_aarch64`, `linux_x86_64`, `macos_aarch64` and `macos_x86_64`. Those that build suffice.",
            mandatory = True,
        ),
        "version": attr.string(doc = "The version of the Python package `ziglang`, such as `0.15.2`.", mandatory = True),
    },
)

def _zig_impl(module_ctx):
    versions = [tag for module in module_ctx.modules if module.is_root for tag in module.tags.version]
    if len(versions) > 1:
        fail("zig.version: {} are asked for; a build has one".format(" and ".join([tag.version for tag in versions])))
    version, sha256 = (versions[0].version, versions[0].sha256) if versions else ("", {})
    wrong = wrong_zig(version, sha256)
    if wrong:
        fail("zig.version: {}.".format(wrong))
    zig_repositories(_urls(module_ctx), version, sha256)
    return module_ctx.extension_metadata(reproducible = True)

zig = module_extension(
    doc = """Fetches zig, which compiles C and links for Lambda.

It is fetched by pip, as the Python package `ziglang`, unless a tag says where from. A workspace names this extension for that alone:

    zig = use_extension("@rules_rust_lambda//rules:extensions.bzl", "zig")
    zig.wheel(
        sha256 = "ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54",
        urls = ["https://mirror.example.com/ziglang-0.17.1-py3-none-manylinux_2_12_x86_64.whl"],
    )

Another version than the rules' own is asked for by another tag:

    zig.version(
        version = "0.15.2",
        sha256 = {"linux_x86_64": "806316453d1ede7174ed3fefb8e5348154629089c3bb5fe812dfd0e172fac130"},
    )

See docs/overrides.md.
""",
    implementation = _zig_impl,
    tag_classes = {
        "version": _zig_version,
        "wheel": _wheel,
    },
)

def _libclang_impl(module_ctx):
    libclang_repositories(_urls(module_ctx))
    return module_ctx.extension_metadata(reproducible = True)

libclang = module_extension(
    doc = """Fetches libclang, for crates whose build scripts run bindgen with what `@rules_rust_lambda//rules:bindgen` brings.

It is fetched by pip, as the Python package `libclang`, unless a tag says where a wheel is, as for `zig`. See docs/native_code.md.
""",
    implementation = _libclang_impl,
    tag_classes = {"wheel": _wheel},
)

def _runtime_client_impl(module_ctx):
    runtime_client_repositories(_urls(module_ctx))
    return module_ctx.extension_metadata(reproducible = True)

runtime_client = module_extension(
    doc = """Fetches Lambda's Runtime Interface Clients for Python and Node.js, which `rust_lambda_test` and `lambda_local` run zips under.

They are fetched by pip and npm, unless a tag says where a wheel is, as for `zig`.
""",
    implementation = _runtime_client_impl,
    tag_classes = {"wheel": _wheel},
)

def _lambda_image_impl(module_ctx):
    # The root module's comes first.
    defs = [tag.defs for module in module_ctx.modules for tag in module.tags.rules_oci]
    oci_repository(name = "rules_rust_lambda_oci", defs = str(defs[0]) if defs else "")
    return module_ctx.extension_metadata(reproducible = True)

lambda_image = module_extension(
    doc = """Hands rules_oci to `rust_lambda_image`, in a workspace that has it.

    bazel_dep(name = "rules_oci", version = "2.2.6")

    lambda_image = use_extension("@rules_rust_lambda//rules:extensions.bzl", "lambda_image")
    lambda_image.rules_oci(defs = "@rules_oci//oci:defs.bzl")

See docs/image.md.
""",
    implementation = _lambda_image_impl,
    tag_classes = {
        "rules_oci": tag_class(
            doc = "Names rules_oci. The root module's tag comes before those of others.",
            attrs = {"defs": attr.label(doc = "`@rules_oci//oci:defs.bzl`.", mandatory = True)},
        ),
    },
)
