"""The module extension of these rules: zig, and the runtime client that tests run under."""

load("//rules/private:node_client_repository.bzl", "node_client_repository")
load("//rules/private:runtime_client_repository.bzl", "CLIENT_WHEELS", "CURRENT_CLIENT", "runtime_client_repository")
load("//rules/toolchain:zig_repository.bzl", "ZIG_WHEELS", "zig_repository")

_wheel = tag_class(
    doc = "Names where to download zig for one platform, instead of by pip.",
    attrs = {
        "platform": attr.string(
            doc = "The platform that runs zig, such as `linux_x86_64`.",
            mandatory = True,
            values = ZIG_WHEELS.keys(),
        ),
        "urls": attr.string_list(
            doc = "Addresses of the wheel of the `ziglang` package: a mirror's, or `file://` and a path. The SHA-256 " +
                  "that is expected stays the same.",
            mandatory = True,
        ),
    },
)

def _zig_impl(module_ctx):
    urls = {}
    for module in module_ctx.modules:
        # Where to download from is for the root module to say.
        if module.is_root:
            for wheel in module.tags.wheel:
                urls[wheel.platform] = wheel.urls
    for platform in ZIG_WHEELS:
        zig_repository(
            name = "zig_" + platform,
            platform = platform,
            urls = urls.get(platform, []),
        )
    return module_ctx.extension_metadata(reproducible = True)

zig = module_extension(
    doc = "Fetches zig, which compiles C and links for Lambda.",
    implementation = _zig_impl,
    tag_classes = {"wheel": _wheel},
)

def _runtime_client_impl(module_ctx):
    for version, wheels in CLIENT_WHEELS.items():
        for cpu in wheels:
            runtime_client_repository(
                name = "awslambdaric_{}linux_{}".format(
                    "" if version == CURRENT_CLIENT else version.replace(".", "_") + "_",
                    cpu,
                ),
                cpu = cpu,
                version = version,
            )
    node_client_repository(name = "aws_lambda_ric")
    return module_ctx.extension_metadata(reproducible = True)

runtime_client = module_extension(
    doc = "Fetches Lambda's Runtime Interface Clients for Python and Node.js, which `rust_lambda_test` runs zips under.",
    implementation = _runtime_client_impl,
)
