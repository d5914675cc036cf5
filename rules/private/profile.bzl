"""What a build is for, in Cargo's word: `release`, or `dev`, for who is writing a program."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")

# What a rule has that calls `is_dev`.
PROFILE_ATTRS = {
    "_profile": attr.label(default = "//rules/settings:profile", providers = [BuildSettingInfo]),
}

def is_dev(ctx):
    """Whether what is built is for a look while a program is written, and will not be deployed.

    Args:
      ctx: of a rule with PROFILE_ATTRS.

    Returns:
      A bool.
    """
    return ctx.attr._profile[BuildSettingInfo].value == "dev"

def by_profile(dev, release):
    """What is one thing for `dev` and another for `release`, as a value of a macro's.

    Args:
      dev: a list of str.
      release: a list of str.

    Returns:
      A `select()`.
    """
    return select({
        Label("//rules/settings:dev"): dev,
        "//conditions:default": release,
    })

# A program's own code, for debuggers: lines, and variables that the optimiser has not taken out. What it depends on is optimised in both
# profiles. Its checks are those of what is deployed: rustc would turn them on with this `opt-level`.
PROGRAM_FLAGS = by_profile(
    dev = [
        "-Copt-level=0",
        "-Cdebug-assertions=off",
        "-Cdebuginfo=2",
    ],
    release = [],
)
