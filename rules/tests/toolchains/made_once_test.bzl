"""A test that the build tool, a sysroot and C++'s standard library are the same files whatever a build is configured for."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("//rules/private:platform.bzl", "lambda_transition")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL")

_MadeOnceInfo = provider(
    doc = "What is to be made once, as a configuration has it.",
    fields = {
        "configuration": "str: the folder of what is built in it.",
        "paths": "list[str]: those of the files, sorted.",
    },
)

def _used_impl(ctx):
    sysroots = [file for file in find_cc_toolchain(ctx).all_files.to_list() if file.path.endswith("_sysroot")]
    archives = [
        library.static_library
        for input in ctx.attr._cxx_runtime[CcInfo].linking_context.linker_inputs.to_list()
        for library in input.libraries
    ]
    if not sysroots or not archives:
        fail("the toolchain has no sysroot, or not C++'s standard library")
    files = [ctx.toolchains[BUILD_TOOL].executable] + sysroots + archives
    return [_MadeOnceInfo(configuration = ctx.bin_dir.path, paths = sorted([file.path for file in files]))]

used = rule(
    doc = "Uses what is to be made once.",
    implementation = _used_impl,
    attrs = {"_cxx_runtime": attr.label(default = "//rules:cxx_runtime")},
    toolchains = [BUILD_TOOL] + use_cc_toolchain(),
)

def _configured_impl(ctx):
    return [ctx.attr.used[0][_MadeOnceInfo]]

configured = rule(
    doc = "A `used`, as a zip with these attributes has it.",
    implementation = _configured_impl,
    attrs = {
        "architecture": attr.string(default = "x86_64"),
        "runtime": attr.string(default = "python3.13"),
        "rustc_flags": attr.string_list(),
        "used": attr.label(cfg = lambda_transition),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def _made_once_test_impl(ctx):
    env = unittest.begin(ctx)
    found = [target[_MadeOnceInfo] for target in ctx.attr.configured]
    folders = {info.configuration: None for info in found}
    asserts.equals(env, len(found), len(folders), "not of configurations of their own")
    for info in found:
        asserts.equals(env, found[0].paths, info.paths)
    return unittest.end(env)

made_once_test = unittest.make(
    _made_once_test_impl,
    attrs = {"configured": attr.label_list(providers = [_MadeOnceInfo])},
)
