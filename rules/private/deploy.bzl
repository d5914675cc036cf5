"""The rule that runs the deployer on a zip and its template."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "DEPLOYER")
load(":attributes.bzl", "readable")
load(":script.bzl", "in_runfiles", "quote")

def _stack(ctx):
    """Returns the stack's name: by default, that of the package's folder."""
    stack = ctx.attr.stack or (ctx.label.package.rpartition("/")[2] or ctx.label.name).replace("_", "-").replace(".", "-")
    if len(stack) > 128 or not stack[0].isalpha() or not stack.replace("-", "").isalnum():
        fail("{}: the stack would be called `{}`; set `stack` to at most 128 letters, digits and hyphens, with a letter first.".format(
            readable(ctx.label),
            stack,
        ))
    return stack

def _deploy_impl(ctx):
    info = ctx.attr.zip[LambdaZipInfo]
    template = ctx.file.template
    deployer = ctx.toolchains[DEPLOYER]
    arguments = ["--template", template.short_path, "--zip", info.zip.short_path, "--target-stack", _stack(ctx)]
    arguments += ["--target-label", readable(ctx.label)]
    for layer in info.layers:
        arguments += ["--layer", layer.zip.short_path]
    for option, value in [("--target-bucket", ctx.attr.bucket), ("--target-region", ctx.attr.region)]:
        if value:
            arguments += [option, value]
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        "#!/usr/bin/env bash\n{}exec {} {} \"$@\"\n".format(
            in_runfiles(ctx),
            deployer.executable.short_path,
            " ".join([quote(argument) for argument in arguments]),
        ),
        is_executable = True,
    )
    return DefaultInfo(
        executable = script,
        files = depset([template]),
        runfiles = ctx.runfiles([deployer.executable, info.zip, template] + [layer.zip for layer in info.layers]).merge(deployer.runfiles),
    )

deploy = rule(
    doc = "Deploys a zip. Used through `lambda_deploy`.",
    implementation = _deploy_impl,
    attrs = {
        "bucket": attr.string(doc = "The bucket that the zip is uploaded to; by default, one that the deployer makes."),
        "region": attr.string(doc = "The Region; by default, that of the environment or the profile."),
        "stack": attr.string(doc = "The stack's name; that of the package's folder by default."),
        "template": attr.label(doc = "The CloudFormation template.", mandatory = True, allow_single_file = [".json"]),
        "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
    },
    executable = True,
    toolchains = [DEPLOYER],
)
