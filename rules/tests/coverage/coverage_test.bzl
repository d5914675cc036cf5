"""A test that what is built for Lambda is not instrumented by `bazel coverage`."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:build_settings.bzl", "COLLECT_CODE_COVERAGE")
load("//rules/private:platform.bzl", "lambda_transition")

_InstrumentedInfo = provider(
    doc = "Whether a configuration is one of `bazel coverage`.",
    fields = {"coverage_enabled": "bool: whether it is."},
)

_ALLOWLIST = {
    "_allowlist_function_transition": attr.label(
        default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
    ),
}

def _instrumented_impl(ctx):
    return [_InstrumentedInfo(coverage_enabled = ctx.configuration.coverage_enabled)]

instrumented = rule(
    doc = "Says whether it is instrumented.",
    implementation = _instrumented_impl,
)

def _for_lambda_impl(ctx):
    return [ctx.attr.instrumented[0][_InstrumentedInfo]]

for_lambda = rule(
    doc = "An `instrumented`, as a zip has it.",
    implementation = _for_lambda_impl,
    attrs = _ALLOWLIST | {
        "architecture": attr.string(default = "x86_64"),
        "instrumented": attr.label(cfg = lambda_transition),
        "runtime": attr.string(default = "python3.13"),
        "rustc_flags": attr.string_list(),
    },
)

def _bazel_coverage_impl(_settings, _attr):
    return {COLLECT_CODE_COVERAGE: True}

_bazel_coverage = transition(
    implementation = _bazel_coverage_impl,
    inputs = [],
    outputs = [COLLECT_CODE_COVERAGE],
)

def _coverage_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.true(env, ctx.attr.program[0][_InstrumentedInfo].coverage_enabled)
    asserts.false(env, ctx.attr.for_lambda[0][_InstrumentedInfo].coverage_enabled)
    return unittest.end(env)

coverage_test = unittest.make(
    _coverage_test_impl,
    attrs = _ALLOWLIST | {
        "for_lambda": attr.label(cfg = _bazel_coverage),
        "program": attr.label(cfg = _bazel_coverage),
    },
)
