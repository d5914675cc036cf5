"""A test of what the crates below a zip are compiled to."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

# The flags that decide.
_FLAGS = ["-Cembed-bitcode=no", "-Clinker-plugin-lto", "-Cpanic=abort"]

_CratesInfo = provider(
    doc = "What crates are compiled with.",
    fields = {"flags": "depset[str]: for each library crate, those of the flags that it has, joined."},
)

def _crates_aspect_impl(target, ctx):
    flags = [
        " ".join([flag for flag in _FLAGS if flag in action.argv])
        for action in target.actions
        if action.mnemonic == "Rustc" and "--crate-type=rlib" in action.argv
    ]
    below = []
    for attribute in ["deps", "library", "program"]:
        # A transition makes a list of what it leads to.
        deps = getattr(ctx.rule.attr, attribute, None) or []
        below += [dep[_CratesInfo].flags for dep in (deps if type(deps) == "list" else [deps]) if _CratesInfo in dep]
    return [_CratesInfo(flags = depset(flags, transitive = below))]

_crates_aspect = aspect(
    implementation = _crates_aspect_impl,
    attr_aspects = ["deps", "library", "program"],
)

def _crates_test_impl(ctx):
    env = analysistest.begin(ctx)
    flags = analysistest.target_under_test(env)[_CratesInfo].flags.to_list()
    asserts.equals(env, [ctx.attr.flags], flags)
    return analysistest.end(env)

def _crates_test(config_settings):
    return analysistest.make(
        _crates_test_impl,
        attrs = {"flags": attr.string(doc = "The flags that all crates have.", mandatory = True)},
        config_settings = config_settings,
        extra_target_under_test_aspects = [_crates_aspect],
    )

crates_test = _crates_test({})
crates_of_dev_test = _crates_test({str(Label("//rules/settings:profile")): "dev"})
