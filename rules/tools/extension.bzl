"""The module extension of the rules' tools. Where they come from, `repositories.bzl` says."""

load(":repositories.bzl", "tool_repositories")

def _tools_impl(module_ctx):
    tool_repositories()
    return module_ctx.extension_metadata(reproducible = True)

tools = module_extension(
    doc = "Fetches or compiles the rules' tools, and the crates that only a library needs.",
    implementation = _tools_impl,
)
