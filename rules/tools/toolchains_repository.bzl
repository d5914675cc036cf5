"""The repository that offers the rules' tools to toolchain resolution, without fetching any."""

_BUILD = """\
load("@platforms//host:constraints.bzl", "HOST_CONSTRAINTS")
load("@rules_rust_lambda//rules/tools:toolchain.bzl", "action_tool_toolchain", "run_tool_toolchain")

package(default_visibility = ["//visibility:public"])
"""

# The name orders them: the first that fits is taken, and a prebuilt one comes before its source.
_TOOLCHAIN = """
{rule}(
    name = "{name}_tool",
    tags = ["manual"],
    tool = "{label}",
)

toolchain(
    name = "{name}",
    {constraints} = {platform},
    toolchain = ":{name}_tool",
    toolchain_type = "@rules_rust_lambda//rules/tools:{toolchain}_toolchain_type",
)
"""

_CONSTRAINTS = "[\"@platforms//os:{}\", \"@platforms//cpu:{}\"]"

def _toolchains_repository_impl(repository_ctx):
    text = _BUILD
    for toolchain, tool, runs_in_actions in [
        ("build_tool", "build_tool", True),
        ("deployer", "deployer", False),
        ("emulator", "emulator", False),
        ("inspector", "build_tool", False),
    ]:
        offered = [
            ("1_prebuilt_" + platform, repository_ctx.attr.prebuilt_label.format(tool = tool, platform = platform), _CONSTRAINTS.format(
                platform.partition("_")[0],
                platform.partition("_")[2],
            ))
            for platform in repository_ctx.attr.prebuilt.get(tool, [])
        ] + [("2_source", repository_ctx.attr.source_label.format(tool = tool), "HOST_CONSTRAINTS")]
        for kind, label, platform in offered:
            text += _TOOLCHAIN.format(
                constraints = "exec_compatible_with" if runs_in_actions else "target_compatible_with",
                label = label,
                name = "{}_{}".format(toolchain, kind),
                platform = platform,
                rule = "action_tool_toolchain" if runs_in_actions else "run_tool_toolchain",
                toolchain = toolchain,
            )
    repository_ctx.file("BUILD.bazel", text, executable = False)

toolchains_repository = repository_rule(
    doc = "Declares the toolchains of each tool, from each place that it can come from.",
    implementation = _toolchains_repository_impl,
    attrs = {
        "prebuilt": attr.string_list_dict(doc = "The platforms that each tool has an executable for, such as `linux_x86_64`."),
        "prebuilt_label": attr.string(doc = "An executable's label, with `{tool}` and `{platform}`.", mandatory = True),
        "source_label": attr.string(doc = "The label of what is compiled here, with `{tool}`.", mandatory = True),
    },
)
