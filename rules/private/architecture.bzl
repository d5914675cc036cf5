"""Whether a zip's library can run on the platform that is built for."""

load("//rules:providers.bzl", "LambdaZipInfo")
load("//rules/toolchain:architectures.bzl", "ARCHITECTURES")
load(":attributes.bzl", "readable")

# For rules with a `zip` that is run on their target platform.
ZIP_TO_RUN_ATTRS = {
    "zip": attr.label(doc = "The zip.", mandatory = True, providers = [LambdaZipInfo]),
    "_cpus": attr.label_list(
        default = ["@platforms//cpu:" + cpu for cpu in ARCHITECTURES],
        providers = [platform_common.ConstraintValueInfo],
    ),
}

def check_architecture(ctx):
    """Fails if the zip is for another CPU than what is built will run on.

    Args:
      ctx: of a rule with ZIP_TO_RUN_ATTRS.
    """
    architecture = ctx.attr.zip[LambdaZipInfo].architecture
    cpu = [cpu for cpu, known in ARCHITECTURES.items() if known.lambda_name == architecture][0]
    for target in ctx.attr._cpus:
        if target.label.name == cpu and not ctx.target_platform_has_constraint(target[platform_common.ConstraintValueInfo]):
            fail("{0}: the zip {1} is for {2}, and the platform that is built for has another CPU. Set `target_compatible_with = [\"@platforms//cpu:{3}\"]` to have this skipped there, or make a zip for that CPU.".format(
                readable(ctx.label),
                readable(ctx.attr.zip.label),
                architecture,
                cpu,
            ))
