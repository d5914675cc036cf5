"""What the rules share that run a zip in the emulator."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")
load("//rules/tools:toolchain.bzl", "EMULATOR")
load(":attributes.bzl", "readable")
load(":script.bzl", "quote")

_PYTHON = "@rules_python//python:toolchain_type"

# What a rule with `EMULATED_ATTRS` needs.
EMULATED_TOOLCHAINS = [
    # Where there is none, the rule says what to do.
    config_common.toolchain_type(EMULATOR, mandatory = False),
    config_common.toolchain_type(_PYTHON, mandatory = True),
]

EMULATED_ATTRS = {
    "client": attr.label(
        doc = "The runtime client: a folder for each version of Python, with awslambdaric in it; or Node.js with aws-lambda-ric.",
        default = Label("//rules/private:runtime_client"),
    ),
    "env": attr.string_dict(doc = "Environment variables of the function."),
    "python": attr.label(
        doc = "The interpreter, in place of the Python toolchain's.",
        allow_single_file = True,
    ),
    "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
    "_cpus": attr.label_list(
        default = ["@platforms//cpu:" + cpu for cpu in ARCHITECTURES],
        providers = [platform_common.ConstraintValueInfo],
    ),
}

def _python(ctx):
    """Returns the interpreter's path at run time, and the files that it needs."""
    if ctx.file.python:
        return ctx.file.python.short_path, depset([ctx.file.python])
    runtime = ctx.toolchains[_PYTHON].py3_runtime
    if runtime.interpreter:
        return runtime.interpreter.short_path, depset([runtime.interpreter], transitive = [runtime.files])
    return runtime.interpreter_path, depset()

def _node(ctx):
    """Returns the paths of Node.js and of the folder with its client."""
    for file in ctx.files.client:
        folder = file.short_path.removesuffix("/node_modules/aws-lambda-ric/bin/index.mjs")
        if folder != file.short_path:
            return folder + "/node", folder
    fail("{}: the zip {} is for Node.js; set `client = \"{}\"`.".format(
        readable(ctx.label),
        readable(ctx.attr.zip.label),
        Label("//rules/private:node_runtime_client"),
    ))

def check_handler(ctx, handler):
    """Fails if a handler setting can't be one of the zip's.

    Args:
      ctx: the rule's context.
      handler: the handler setting.
    """
    info = ctx.attr.zip[LambdaZipInfo]

    # Another module is one of the zip's data files.
    if handler not in info.handlers and handler.rpartition(".")[0] in ["", "index"]:
        fail("{}: the zip {} has no handler `{}`; it has {}.".format(
            readable(ctx.label),
            readable(ctx.attr.zip.label),
            handler,
            ", ".join(info.handlers),
        ))

def _check_architecture(ctx, architecture):
    """Fails if the zip is for another CPU than the emulator will run on."""
    cpu = [cpu for cpu, known in ARCHITECTURES.items() if known.lambda_name == architecture][0]
    for target in ctx.attr._cpus:
        if target.label.name == cpu and not ctx.target_platform_has_constraint(target[platform_common.ConstraintValueInfo]):
            fail("{0}: the zip {1} is for {2}, and the platform that is built for has another CPU. Set `target_compatible_with = [\"@platforms//cpu:{3}\"]` to have this skipped there, or make a zip for that CPU.".format(
                readable(ctx.label),
                readable(ctx.attr.zip.label),
                architecture,
                cpu,
            ))

def emulated(ctx, command, arguments, files, before = "", after = ""):
    """Makes the script that runs the zip in the emulator.

    Args:
      ctx: the context of a rule with `EMULATED_ATTRS` and `EMULATED_TOOLCHAINS`.
      command: the emulator's subcommand.
      arguments: further arguments of it.
      files: the files that they name.
      before: lines of the script before the emulator is started.
      after: what follows the arguments.

    Returns:
      The rule's `DefaultInfo`.
    """
    info = ctx.attr.zip[LambdaZipInfo]
    _check_architecture(ctx, info.architecture)
    emulator = ctx.toolchains[EMULATOR]
    if not emulator:
        fail("{}: there is no emulator for the platform that is built for. It is compiled for the machine that builds alone, and prebuilt by releases of these rules for Linux and macOS, on x86_64 and arm64; restrict this by `target_compatible_with` to where it can run.".format(readable(ctx.label)))
    python, python_files = _python(ctx)
    client = ctx.files.client
    if info.runtime.startswith("nodejs"):
        interpreter, ric = _node(ctx)
    else:
        marker = [file for file in client if file.short_path.endswith("/awslambdaric/bootstrap.py")]
        interpreter, ric = python, marker[0].short_path.rsplit("/", 3)[0]
    all_arguments = [
        command,
        "--zip",
        info.zip.short_path,
        "--runtime",
        info.runtime,
        "--interpreter",
        interpreter,
        "--ric",
        ric,
    ]
    for layer in info.layers:
        all_arguments += ["--layer", layer.zip.short_path]
    if info.edge and ctx.attr.env:
        fail("{}: the zip {} is for Lambda@Edge, which has no environment variables; take `env` out.".format(
            readable(ctx.label),
            readable(ctx.attr.zip.label),
        ))
    for name, value in ctx.attr.env.items():
        all_arguments += ["--env", "{}={}".format(name, value)]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/usr/bin/env bash\n{}exec {} {}{}\n".format(
            before,
            emulator.executable.short_path,
            " ".join([quote(argument) for argument in all_arguments + arguments]),
            after,
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = [info.zip, emulator.executable] + [layer.zip for layer in info.layers] + files + client,
        transitive_files = python_files,
    ).merge(emulator.runfiles)
    return DefaultInfo(executable = script, runfiles = runfiles)
