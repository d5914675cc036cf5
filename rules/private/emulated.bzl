"""What the rules share that run a zip in the emulator."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "EMULATOR")
load(":architecture.bzl", "ZIP_TO_RUN_ATTRS", "check_architecture")
load(":attributes.bzl", "readable")
load(":python.bzl", "PYTHON_ATTRS", "find_python", "python_version_transition")
load(":script.bzl", "quote")

# What a rule with `EMULATED_ATTRS` needs. Where there is none, the rule says what to do.
EMULATED_TOOLCHAINS = [config_common.toolchain_type(EMULATOR, mandatory = False)]

EMULATED_ATTRS = PYTHON_ATTRS | ZIP_TO_RUN_ATTRS | {
    "client": attr.label(
        doc = "The runtime client, in place of the one for Python that these rules fetch: a Python library, such as `@pypi//awslambdaric`, or, for a zip for Node.js, `@rules_rust_lambda//rules/private:node_runtime_client`.",
        # A hub of wheels has one for each version of Python.
        cfg = python_version_transition,
        default = Label("//rules/private:runtime_client"),
    ),
    "env": attr.string_dict(doc = "Environment variables of the function, such as `{\"TABLE\": \"users\"}`."),
}

def _python_client(ctx):
    """Returns the folders of the client for Python: one that has a folder for each version, or those that it is imported from."""
    target = ctx.attr.client[0]
    roots = target[PyInfo].imports.to_list() if PyInfo in target else []
    if roots:
        # They start at the folder above the one that this runs in.
        return ["../" + root for root in roots]
    for file in ctx.files.client:
        if file.short_path.endswith("/awslambdaric/bootstrap.py"):
            return [file.short_path.rsplit("/", 3)[0]]
    fail("{}: `client` is {}, which holds no awslambdaric: take `client` out, or name a Python library of it (with `imports`), such as `@pypi//awslambdaric` of a hub of rules_python's.".format(
        readable(ctx.label),
        readable(target.label),
    ))

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

def wrong_handler(ctx, handler):
    """Says if a handler setting can't be one of the zip's.

    Args:
      ctx: the rule's context.
      handler: the handler setting.

    Returns:
      What is wrong, as a str; `None` if nothing is.
    """
    info = ctx.attr.zip[LambdaZipInfo]

    # Another module is one of the zip's data files.
    if handler in info.handlers or handler.rpartition(".")[0] not in ["", "index"]:
        return None
    return "the zip {} has no handler `{}`; it has {}".format(
        readable(ctx.attr.zip.label),
        handler,
        ", ".join(info.handlers),
    )

def check_handler(ctx, handler):
    """Fails if a handler setting can't be one of the zip's.

    Args:
      ctx: the rule's context.
      handler: the handler setting.
    """
    wrong = wrong_handler(ctx, handler)
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), wrong))

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
    check_architecture(ctx)
    emulator = ctx.toolchains[EMULATOR]
    if not emulator:
        fail("{}: there is no emulator for the platform that is built for. It is compiled for the machine that builds alone, and prebuilt by releases of these rules for Linux and macOS, on x86_64 and arm64; restrict this by `target_compatible_with` to where it can run.".format(readable(ctx.label)))
    all_arguments = ["--zip", info.zip.short_path, "--runtime", info.runtime]
    python_files = depset()
    if info.runtime.startswith("python"):
        python = find_python(ctx)
        python_files = python.files
        all_arguments += ["--interpreter", python.path]
        if python.version:
            all_arguments += ["--python-version", python.version]
        for folder in _python_client(ctx):
            all_arguments += ["--ric", folder]
    elif ctx.attr.python_version:
        fail("{}: the zip {} is for {}, which has no Python; take `python_version` out.".format(
            readable(ctx.label),
            readable(ctx.attr.zip.label),
            info.runtime,
        ))
    elif info.runtime.startswith("nodejs"):
        node, folder = _node(ctx)
        all_arguments += ["--interpreter", node, "--ric", folder]
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
            " ".join([command] + emulator.options + [quote(argument) for argument in all_arguments + arguments]),
            after,
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(
        files = [info.zip, emulator.executable] + [layer.zip for layer in info.layers] + files + ctx.files.client,
        transitive_files = python_files,
    ).merge_all([emulator.runfiles, ctx.attr.client[0][DefaultInfo].default_runfiles])
    return DefaultInfo(executable = script, runfiles = runfiles)
