"""C++'s standard library, among what a program is linked with where something of it may be in C++.

The library takes a minute to make, and what a build script compiles and asks for is known when it has run. So it is told from sources: linking
an archive that nothing needs changes no byte of the result, and to do without one that is needed is told by the linker.
"""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_rust//rust:defs.bzl", "rust_common")

_EXTENSIONS = ["C", "c++", "cc", "cpp", "cxx"]

# The attributes in which sources lie, of rules of C, and of crates and their build scripts.
_SOURCES = ["compile_data", "data", "lib_source", "srcs"]

# The attributes by which one target has another linked into itself, or stands for it; and what a build script is compiled from.
_EDGES = ["actual", "deps", "implementation_deps", "link_deps", "program", "script"]

# Crates with sources in C++ that they do not compile, as far as they are used on Lambda's platforms.
_CRATES_IN_C = ["aws_lc_fips_sys", "aws_lc_sys", "libmimalloc_sys", "tikv_jemalloc_sys"]

# Rules that compile C++ which they generate.
_GENERATORS = ["cc_proto_library"]

# The feature by which a C toolchain says that it brings the library. Others, whose linkers find it by themselves, may bring none, and fail when
# they are asked.
BRINGS_CXX_RUNTIME = "brings_cxx_runtime"

_LIBRARIES = ["-lc++", "-lc++abi", "-lstdc++", "-lsupc++"]

_CxxInfo = provider(
    doc = "Whether a target may need C++'s standard library.",
    fields = {"is_needed": "bool: whether something that it is linked with may be in C++."},
)

def _asks(target):
    return CcInfo in target and any([
        flag in _LIBRARIES
        for input in target[CcInfo].linking_context.linker_inputs.to_list()
        for flag in input.user_link_flags
    ])

def _is_cxx(target, ctx):
    if ctx.rule.kind in _GENERATORS:
        return True
    for attribute in _SOURCES:
        for file in getattr(ctx.rule.files, attribute, []):
            if file.extension in _EXTENSIONS:
                return True
    return rust_common.crate_info not in target and _asks(target)

def _aspect_impl(target, ctx):
    crate = target[rust_common.crate_info] if rust_common.crate_info in target else None
    if crate and (crate.type == "proc-macro" or crate.name in _CRATES_IN_C):
        return [_CxxInfo(is_needed = False)]
    is_needed = _is_cxx(target, ctx)
    for edge in _EDGES:
        targets = getattr(ctx.rule.attr, edge, None) or []
        for dep in targets if type(targets) == "list" else [targets]:
            if type(dep) == "Target" and _CxxInfo in dep:
                is_needed = is_needed or dep[_CxxInfo].is_needed
    return [_CxxInfo(is_needed = is_needed)]

_cxx_aspect = aspect(
    doc = "Looks for C++ in what a target is linked with.",
    implementation = _aspect_impl,
    attr_aspects = _EDGES,
)

def _cxx_runtime_impl(ctx):
    if not ctx.attr.is_needed and not any([dep[_CxxInfo].is_needed for dep in ctx.attr.deps if _CxxInfo in dep]):
        return [rust_common.crate_group_info(dep_variant_infos = depset())]
    cc_toolchain = find_cc_toolchain(ctx)
    feature_configuration = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = cc_toolchain,
        requested_features = ctx.features + ["static_link_cpp_runtimes"],
        unsupported_features = ctx.disabled_features,
    )

    archives = []
    if cc_common.is_enabled(feature_configuration = feature_configuration, feature_name = BRINGS_CXX_RUNTIME):
        archives = cc_toolchain.static_runtime_lib(feature_configuration = feature_configuration).to_list()
    return [CcInfo(linking_context = cc_common.create_linking_context(linker_inputs = depset([cc_common.create_linker_input(
        libraries = depset([
            cc_common.create_library_to_link(
                actions = ctx.actions,
                cc_toolchain = cc_toolchain,
                feature_configuration = feature_configuration,
                static_library = archive,
            )
            for archive in archives
        ]),
        owner = ctx.label,
    )])))]

cxx_runtime = rule(
    doc = "C++'s standard library, linked statically: that of the C toolchain.",
    implementation = _cxx_runtime_impl,
    attrs = {
        "deps": attr.label_list(doc = "What may need it: crates and libraries in C.", aspects = [_cxx_aspect]),
        "is_needed": attr.bool(doc = "Whether it is needed whatever `deps` are."),
    },
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
