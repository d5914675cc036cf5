"""A test of what is linked with C++'s standard library."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_InputsInfo = provider(
    doc = "What of C++'s standard library a target is linked from.",
    fields = {"archives": "list[str]: the names of its archives."},
)

def _inputs_aspect_impl(target, ctx):
    archives = [
        file.basename
        for action in target.actions
        if action.mnemonic == "Rustc"
        for file in action.inputs.to_list()
        if file.basename in ["libc++.a", "libc++abi.a"]
    ]
    for attribute in ["library", "program"]:
        below = getattr(ctx.rule.attr, attribute, None)

        # A transition makes a list of what it leads to.
        for dep in below if type(below) == "list" else []:
            archives += dep[_InputsInfo].archives
    return [_InputsInfo(archives = archives)]

_inputs_aspect = aspect(
    implementation = _inputs_aspect_impl,
    attr_aspects = ["library", "program"],
)

def _inputs_test_impl(ctx):
    env = analysistest.begin(ctx)
    archives = analysistest.target_under_test(env)[_InputsInfo].archives
    asserts.equals(env, ["libc++.a", "libc++abi.a"] if ctx.attr.is_needed else [], sorted(archives))
    return analysistest.end(env)

inputs_test = analysistest.make(
    _inputs_test_impl,
    attrs = {"is_needed": attr.bool(doc = "Whether it is linked with it.", mandatory = True)},
    extra_target_under_test_aspects = [_inputs_aspect],
)
