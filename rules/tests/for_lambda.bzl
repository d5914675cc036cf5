"""Crates that are built for Lambda as those of zips are, and not checked: what the tests of `//elf` read."""

load("//rules/private:platform.bzl", "CPUS", "bundled_transition")

def _for_lambda_impl(ctx):
    # A name of its own: of two configurations' files, which have one path at run time, a test would have one.
    built = ctx.files.crate[0]
    output = ctx.actions.declare_file("{}/{}".format(ctx.label.name, built.basename))
    ctx.actions.symlink(output = output, target_file = built)
    return [DefaultInfo(files = depset([output]))]

for_lambda = rule(
    doc = "Builds a crate for Lambda's platform.",
    implementation = _for_lambda_impl,
    attrs = {
        "architecture": attr.string(doc = "As in `rust_lambda_zip`.", default = "x86_64", values = CPUS.keys()),
        "crate": attr.label(doc = "The crate.", cfg = bundled_transition, mandatory = True),
        "runtime": attr.string(doc = "As in `rust_lambda_zip`.", default = "python3.13"),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
