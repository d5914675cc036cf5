"""Tests of what the rules refuse while they are analysed."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "lambda_layer", "rust_lambda_zip")

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

def refused_zip(name, message, **kwargs):
    """Declares a zip that is refused, and the test of what the refusal says.

    Args:
      name: what the names of both start with.
      message: parts of the message.
      **kwargs: the zip's attributes.
    """
    if "functions" not in kwargs and "layers" not in kwargs:
        kwargs = {"deps": ["@crates//:lambda_runtime"], "srcs": ["program.rs"]} | kwargs
    rust_lambda_zip(
        name = name + "_zip",
        tags = ["manual"],
        **kwargs
    )
    refusal_test(
        name = name + "_test",
        message = message,
        target_under_test = ":{}_zip".format(name),
    )

def refused_layer(name, message, **kwargs):
    """Declares a layer that is refused, and the test of what the refusal says.

    Args:
      name: what the names of both start with.
      message: parts of the message.
      **kwargs: the layer's attributes.
    """
    lambda_layer(
        name = name + "_layer",
        tags = ["manual"],
        **kwargs
    )
    refusal_test(
        name = name + "_layer_test",
        message = message,
        target_under_test = ":{}_layer".format(name),
    )
