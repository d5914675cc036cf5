"""The emulator of functions for a platform whose programs another program runs."""

load("//rules/tools:toolchain.bzl", "EMULATOR")
load(":attributes.bzl", "readable")
load(":script.bzl", "quote")

RegisteredEmulatorInfo = provider(
    doc = "What toolchain resolution finds.",
    fields = {"toolchain": "ToolchainInfo: of the emulator; `None` if none fits."},
)

def _registered_emulator_impl(ctx):
    return [RegisteredEmulatorInfo(toolchain = ctx.toolchains[EMULATOR])]

registered_emulator = rule(
    doc = "Reads the emulator toolchain of its configuration.",
    implementation = _registered_emulator_impl,
    # Where there is none, the rule that asks for it says what to do.
    toolchains = [config_common.toolchain_type(EMULATOR, mandatory = False)],
)

# Stands for the folder that the emulator is started in, until a shell puts that there.
_FOLDER = "{folder of the runfiles}"
_ROOTPATH = "$(rootpath "

def _word(ctx, argument):
    """Returns an argument as a shell's word, with absolute paths."""
    expanded = ctx.expand_location(argument.replace(_ROOTPATH, _FOLDER + "/" + _ROOTPATH), ctx.attr.data)
    return quote(expanded).replace(_FOLDER, "'\"$PWD\"'")

def _runner_impl(ctx):
    emulator = ctx.attr._emulator[RegisteredEmulatorInfo].toolchain
    if not emulator:
        fail("{}: there is no emulator of functions for the machine that tests run on, only for Linux and macOS on x86_64 and arm64.".format(readable(ctx.label)))
    files = ctx.runfiles(
        files = [ctx.executable.runner],
        transitive_files = depset(transitive = [target[DefaultInfo].files for target in ctx.attr.data]),
    )
    return [platform_common.ToolchainInfo(
        executable = emulator.executable,
        files_to_run = emulator.files_to_run,
        options = ["--runner", quote(ctx.executable.runner.short_path)] + [
            "--runner-arg=" + _word(ctx, argument)
            for argument in ctx.attr.arguments
        ],
        runfiles = emulator.runfiles.merge_all([files, ctx.attr.runner[DefaultInfo].default_runfiles]),
    )]

runner = rule(
    doc = "Has functions run by another program. Used through `lambda_runner`.",
    implementation = _runner_impl,
    attrs = {
        "arguments": attr.string_list(doc = "What the runner is given before a program's path."),
        "data": attr.label_list(doc = "What the runner reads.", allow_files = True),
        "runner": attr.label(
            doc = "The program that runs others.",
            allow_single_file = True,
            cfg = "exec",
            executable = True,
            mandatory = True,
        ),
        "_emulator": attr.label(
            # The one for the machine that tests run on.
            cfg = "exec",
            default = "//rules/private:registered_emulator",
            providers = [RegisteredEmulatorInfo],
        ),
    },
)
