"""The allocator of a library's Rust code."""

load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_rust//rust:defs.bzl", "rust_common")

# By the name of an allocator, the crate that sets it; none for glibc's.
ALLOCATORS = {
    "mimalloc": "lambda_mimalloc",
    "system": None,
}

def _allocator_crate_impl(ctx):
    chosen = ALLOCATORS.get(ctx.attr.allocator)
    return [rust_common.crate_group_info(dep_variant_infos = depset([
        rust_common.dep_variant_info(
            build_info = None,
            cc_info = crate[CcInfo] if CcInfo in crate else None,
            crate_group_info = None,
            crate_info = crate[rust_common.crate_info],
            dep_info = crate[rust_common.dep_info],
        )
        for crate in ctx.attr._crates
        if crate[rust_common.crate_info].name == chosen
    ]))]

allocator_crate = rule(
    doc = "The crate of the allocator that is asked for, if it takes one.",
    implementation = _allocator_crate_impl,
    attrs = {
        "allocator": attr.string(doc = "A key of `ALLOCATORS`.", mandatory = True),
        "_crates": attr.label_list(default = ["//shim/mimalloc:lambda_mimalloc"], providers = [rust_common.crate_info]),
    },
)
