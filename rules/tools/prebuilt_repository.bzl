"""A tool's executable, as a release has it."""

def _prebuilt_repository_impl(repository_ctx):
    repository_ctx.download(
        repository_ctx.attr.urls,
        executable = True,
        output = "tool",
        sha256 = repository_ctx.attr.sha256,
    )
    repository_ctx.file("BUILD.bazel", "exports_files([\"tool\"])\n", executable = False)

prebuilt_repository = repository_rule(
    doc = "Fetches an executable, as `:tool`.",
    implementation = _prebuilt_repository_impl,
    attrs = {
        "sha256": attr.string(doc = "The executable's SHA-256, in hexadecimal.", mandatory = True),
        "urls": attr.string_list(doc = "Where it is.", mandatory = True),
    },
)
