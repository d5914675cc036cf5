"""The toolchains of the rules' own tools."""

load(":tools_transition.bzl", "TOOLS_TRANSITION_ATTRS", "tools_transition")

BUILD_TOOL = Label("//rules/tools:build_tool_toolchain_type")
DEPLOYER = Label("//rules/tools:deployer_toolchain_type")
EMULATOR = Label("//rules/tools:emulator_toolchain_type")
INSPECTOR = Label("//rules/tools:inspector_toolchain_type")

def _tool_toolchain_impl(ctx):
    return [platform_common.ToolchainInfo(
        executable = ctx.executable.tool,
        files_to_run = ctx.attr.tool[DefaultInfo].files_to_run,
        options = [],
        runfiles = ctx.attr.tool[DefaultInfo].default_runfiles,
    )]

def _tool_toolchain(doc, cfg, own_transition = None):
    return rule(
        doc = doc + " Its `ToolchainInfo` has `executable` (File), `files_to_run` (FilesToRunProvider), `options` (list of str: words for a shell, which a subcommand is given first) and `runfiles`.",
        implementation = _tool_toolchain_impl,
        attrs = (TOOLS_TRANSITION_ATTRS if own_transition else {}) | {
            "tool": attr.label(
                doc = "The executable.",
                allow_single_file = True,
                cfg = cfg,
                executable = True,
                mandatory = True,
            ),
        },
        cfg = own_transition,
    )

action_tool_toolchain = _tool_toolchain(
    doc = "A tool that actions run, on the machine that builds.",
    cfg = "exec",
    own_transition = tools_transition,
)

run_tool_toolchain = _tool_toolchain(
    doc = "A tool that tests and `bazel run` run, on the machine that the build is for.",
    cfg = "target",
)

def run_build_tool(ctx, **kwargs):
    """Registers an action that runs the build tool.

    Args:
      ctx: the context of a rule whose `toolchains` have `BUILD_TOOL`.
      **kwargs: those of `ctx.actions.run`, but for the executable. The first of the arguments is the subcommand.
    """
    ctx.actions.run(
        executable = ctx.toolchains[BUILD_TOOL].files_to_run,
        toolchain = BUILD_TOOL,
        **kwargs
    )
