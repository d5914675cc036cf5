"""A test of what links a zip's program or library."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_LinkersInfo = provider(
    doc = "What links crates.",
    fields = {"linkers": "list[str]: the paths of the linkers."},
)

def _linkers_aspect_impl(target, ctx):
    linkers = [
        argument.rpartition("linker=")[2]
        for action in target.actions
        if action.mnemonic == "Rustc"
        for argument in action.argv
        if "linker=" in argument
    ]
    for attribute in ["library", "program"]:
        below = getattr(ctx.rule.attr, attribute, None)

        # A transition makes a list of what it leads to.
        for dep in below if type(below) == "list" else []:
            linkers += dep[_LinkersInfo].linkers
    return [_LinkersInfo(linkers = linkers)]

_linkers_aspect = aspect(
    implementation = _linkers_aspect_impl,
    attr_aspects = ["library", "program"],
)

def _linkers_test_impl(ctx):
    env = analysistest.begin(ctx)
    linkers = analysistest.target_under_test(env)[_LinkersInfo].linkers
    asserts.equals(env, [ctx.attr.linker], [linker.rpartition("/")[2] for linker in linkers])
    return analysistest.end(env)

def _linkers_test(config_settings):
    return analysistest.make(
        _linkers_test_impl,
        attrs = {"linker": attr.string(doc = "The name of the one linker.", mandatory = True)},
        config_settings = config_settings,
        extra_target_under_test_aspects = [_linkers_aspect],
    )

# A toolchain of the host's that fits Lambda's platform as well, where nothing could come before it.
_HOST = {"//command_line_option:extra_toolchains": [str(Label("//rules/tests/toolchains:host"))]}

linkers_test = _linkers_test({})
linkers_beside_host_test = _linkers_test(_HOST)
linkers_of_users_test = _linkers_test(_HOST | {
    str(Label("//rules/settings:cc_toolchains")): [str(Label("//rules/tests/toolchains:mine"))],
})
