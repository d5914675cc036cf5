"""A rewritten program as a crate, to be joined with others in a library."""

load("@rules_rust//rust:rust_common.bzl", "CrateInfo", "DepInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo")
load(":panic_strategy.bzl", "PanicStrategyInfo", "panic_strategy")

def _lambda_function_impl(ctx):
    rewritten = ctx.attr.rewritten
    return [
        ctx.attr.program[CrateInfo],
        ctx.attr.program[DepInfo],
        rewritten[LambdaFunctionInfo],
        PanicStrategyInfo(strategy = panic_strategy(ctx.attr.rustc_flags)),
        # Not the crate: what it is compiled for, a zip says.
        DefaultInfo(files = rewritten[DefaultInfo].files),
        OutputGroupInfo(
            manifest = rewritten[OutputGroupInfo].manifest,
            rewritten_sources = rewritten[OutputGroupInfo].rewritten_sources,
        ),
    ]

lambda_function = rule(
    doc = "Joins a program's crate with what is known of its rewriting. Used through `rust_lambda_function`.",
    implementation = _lambda_function_impl,
    attrs = {
        "program": attr.label(doc = "The program's crate.", mandatory = True, providers = [CrateInfo, DepInfo]),
        "rewritten": attr.label(doc = "The rewritten sources.", mandatory = True, providers = [LambdaFunctionInfo]),
        "rustc_flags": attr.string_list(doc = "What the program's crate is compiled with, as in rules_rust."),
    },
    provides = [CrateInfo, DepInfo, LambdaFunctionInfo, PanicStrategyInfo],
)
