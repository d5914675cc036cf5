"""Tests of what rules make of their attributes, read off the actions that they register."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _written(env, suffix):
    """Returns the text that the target under test writes to a file."""
    for action in analysistest.target_actions(env):
        for output in action.outputs.to_list():
            if output.path.endswith(suffix):
                return action.content
    fail("nothing is written to a file that ends in " + suffix)

def _settings_test_impl(ctx):
    env = analysistest.begin(ctx)
    settings = json.decode(_written(env, ".settings.json"))
    expected = json.decode(ctx.attr.expected)
    for key, value in expected.items():
        asserts.equals(env, value, settings.get(key, settings["functions"][0].get(key)), key)
    for key in ctx.attr.absent:
        asserts.false(env, key in settings["functions"][0], key)
    return analysistest.end(env)

settings_test = analysistest.make(
    _settings_test_impl,
    attrs = {
        "absent": attr.string_list(doc = "Settings that are left to the renderer."),
        "expected": attr.string(doc = "Settings of the first function, as JSON.", mandatory = True),
    },
)

def _script_test_impl(ctx):
    env = analysistest.begin(ctx)
    script = _written(env, ".sh")
    for part in ctx.attr.parts:
        asserts.true(env, part in script, "{} in {}".format(part, script))
    return analysistest.end(env)

script_test = analysistest.make(
    _script_test_impl,
    attrs = {"parts": attr.string_list(doc = "Parts of the script.", mandatory = True)},
)

def _written_test_impl(ctx):
    env = analysistest.begin(ctx)
    text = _written(env, ctx.attr.suffix)
    for part in ctx.attr.parts:
        asserts.true(env, part in text, "{} in {}".format(part, text))
    return analysistest.end(env)

written_test = analysistest.make(
    _written_test_impl,
    attrs = {
        "parts": attr.string_list(doc = "Parts of the file.", mandatory = True),
        "suffix": attr.string(doc = "What the file's name ends in.", mandatory = True),
    },
)

def _shim_test_impl(ctx):
    env = analysistest.begin(ctx)
    for action in analysistest.target_actions(env):
        if [output for output in action.outputs.to_list() if output.basename == "index.py"]:
            for key, value in ctx.attr.substitutions.items():
                asserts.equals(env, value, action.substitutions.get(key), key)
            return analysistest.end(env)
    fail("no index.py is made")

shim_test = analysistest.make(
    _shim_test_impl,
    attrs = {"substitutions": attr.string_dict(doc = "What index.py gets.", mandatory = True)},
)

def _rewrite_test_impl(ctx):
    env = analysistest.begin(ctx)
    for action in analysistest.target_actions(env):
        if action.mnemonic == "LambdaRewrite":
            line = " ".join(action.argv)
            for part in ctx.attr.parts:
                asserts.true(env, part in line, "{} in {}".format(part, line))
            for part in ctx.attr.absent:
                asserts.false(env, part in line, "{} in {}".format(part, line))
            return analysistest.end(env)
    fail("nothing is rewritten")

rewrite_test = analysistest.make(
    _rewrite_test_impl,
    attrs = {
        "absent": attr.string_list(doc = "What is no part of it."),
        "parts": attr.string_list(doc = "Parts of the rewriter's command line.", mandatory = True),
    },
)

def _files_test_impl(ctx):
    env = analysistest.begin(ctx)
    names = [file.basename for file in analysistest.target_under_test(env)[DefaultInfo].files.to_list()]
    asserts.equals(env, ctx.attr.names, names)
    return analysistest.end(env)

files_test = analysistest.make(
    _files_test_impl,
    attrs = {"names": attr.string_list(doc = "The names of what the target builds, in their order.", mandatory = True)},
)

def _template_check_test_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = {
        action.mnemonic: [file.extension for file in action.inputs.to_list()]
        for action in analysistest.target_actions(env)
    }
    asserts.false(env, "zip" in inputs["LambdaTemplateCheck"], "the check waits for the zip")
    for extension in ["checked", "zip"]:
        asserts.true(env, extension in inputs["LambdaTemplate"], extension)
    return analysistest.end(env)

template_check_test = analysistest.make(_template_check_test_impl)
