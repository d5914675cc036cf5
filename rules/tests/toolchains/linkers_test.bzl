"""A test of what links a zip's program or library."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_LinkersInfo = provider(
    doc = "What links crates.",
    fields = {
        "checked": "list[str]: the versions of glibc that what is linked is checked for.",
        "flags": "list[str]: what libraries' root crates have them linked with.",
        "linkers": "list[str]: the paths of the linkers.",
    },
)

def _linkers_aspect_impl(target, ctx):
    linkers = [
        argument.rpartition("linker=")[2]
        for action in target.actions
        if action.mnemonic == "Rustc"
        for argument in action.argv
        if "linker=" in argument
    ]
    checked = []
    flags = []
    for action in target.actions:
        if action.mnemonic.startswith("LambdaCheck"):
            checked.append(action.argv[action.argv.index("--glibc") + 1])
        for output in action.outputs.to_list():
            if output.path.endswith(".root.flags"):
                flags.append(action.content)
            elif output.basename == "lambda-gcc":
                # The library's goes through this one.
                linkers.append(action.substitutions["%{linker}"].strip("'"))
    for attribute in _EDGES:
        below = getattr(ctx.rule.attr, attribute, None)

        # A transition makes a list of what it leads to.
        for dep in below if type(below) == "list" else []:
            if _LinkersInfo in dep:
                linkers += dep[_LinkersInfo].linkers
                checked += dep[_LinkersInfo].checked
                flags += dep[_LinkersInfo].flags
    return [_LinkersInfo(checked = checked, flags = flags, linkers = linkers)]

# Sources, for the root crate.
_EDGES = ["library", "program", "srcs"]

_linkers_aspect = aspect(
    implementation = _linkers_aspect_impl,
    attr_aspects = _EDGES,
)

def _linkers_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[_LinkersInfo]
    asserts.equals(env, {ctx.attr.linker: None}, {linker.rpartition("/")[2]: None for linker in info.linkers})
    for flags in info.flags:
        asserts.true(env, "-Clinker=" in flags and "/lambda-gcc\n" in flags, flags)
        asserts.equals(env, ctx.attr.linker == "zig-ld", "--icf=all" in flags)
    asserts.equals(env, [ctx.attr.glibc], info.checked)
    if ctx.attr.linker == "zig-ld":
        for linker in info.linkers:
            asserts.true(env, "_glibc_{}_programs/".format(ctx.attr.glibc) in linker, linker)
    asserts.equals(env, 1 if ctx.attr.is_library else 0, len(info.flags))
    return analysistest.end(env)

def _linkers_test(config_settings):
    return analysistest.make(
        _linkers_test_impl,
        attrs = {
            "glibc": attr.string(doc = "The glibc that is linked and checked for.", mandatory = True),
            "is_library": attr.bool(doc = "Whether a library is linked.", mandatory = True),
            "linker": attr.string(doc = "The name of the one linker.", mandatory = True),
        },
        config_settings = config_settings,
        extra_target_under_test_aspects = [_linkers_aspect],
    )

def _missing_rust_test_impl(ctx):
    env = analysistest.begin(ctx)
    for part in [
        "there is no Rust toolchain for aarch64-unknown-linux-gnu",
        "extra_target_triples = [",
        "\"@platforms//cpu:aarch64\"",
    ]:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

# A platform of a Lambda's CPU, for which nobody registers Rust.
missing_rust_test = analysistest.make(
    _missing_rust_test_impl,
    config_settings = {"//command_line_option:platforms": str(Label("//rules/tests/toolchains:without_rust"))},
    expect_failure = True,
)

# A toolchain of the host's that fits Lambda's platform as well, where nothing could come before it.
_HOST = {"//command_line_option:extra_toolchains": [str(Label("//rules/tests/toolchains:host"))]}

linkers_test = _linkers_test({})
linkers_beside_host_test = _linkers_test(_HOST)
linkers_of_users_test = _linkers_test(_HOST | {
    str(Label("//rules/settings:cc_toolchains")): [str(Label("//rules/tests/toolchains:mine"))],
})
