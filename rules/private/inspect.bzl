"""The rule that looks into files which the user names as it is run."""

load("//rules/tools:toolchain.bzl", "INSPECTOR")
load(":attributes.bzl", "readable")
load(":runtimes.bzl", "RUNTIMES")
load(":script.bzl", "in_runfiles", "quote")

def _inspect_impl(ctx):
    inspector = ctx.toolchains[INSPECTOR]
    if not inspector:
        fail("{}: there is no build tool for the platform that is built for; run it without `--platforms`, for the machine that Bazel runs on.".format(readable(ctx.label)))
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    known = ["--known-runtime={}={}".format(name, runtime.glibc) for name, runtime in RUNTIMES.items()]
    ctx.actions.write(
        script,
        "#!/usr/bin/env bash\n{}exec {} inspect {} \"$@\"\n".format(
            in_runfiles(ctx),
            inspector.executable.short_path,
            " ".join([quote(argument) for argument in known]),
        ),
        is_executable = True,
    )
    return DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles([inspector.executable]).merge(inspector.runfiles),
    )

inspect = rule(
    doc = "Says of the files that it is run with what would break on Lambda.",
    implementation = _inspect_impl,
    executable = True,
    # Where there is none, the rule says what to do.
    toolchains = [config_common.toolchain_type(INSPECTOR, mandatory = False)],
)
