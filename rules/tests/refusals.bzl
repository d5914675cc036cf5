"""Tests of what the rules refuse while they are analysed."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

def _refusal_test_impl(ctx):
    env = analysistest.begin(ctx)
    for part in ctx.attr.message:
        asserts.expect_failure(env, part)
    return analysistest.end(env)

refusal_test = analysistest.make(
    _refusal_test_impl,
    attrs = {"message": attr.string_list(doc = "Parts of the message.", mandatory = True)},
    expect_failure = True,
)
