"""What zips and layers are made of, as CycloneDX documents, which are written where they are asked for."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_python//python:py_info.bzl", "PyInfo")
load("@rules_rust//rust:defs.bzl", "rust_common")
load("@rules_rust//rust:rust_common.bzl", "BuildInfo")
load("//rules/tools:toolchain.bzl", "run_build_tool")
load(":attributes.bzl", "readable")
load(":names.bzl", "OWN_CRATES")

# What a hub of crate_universe's says of a package; and what a target of anyone's may say of the code of others that its sources hold.
_PACKAGE_TAG = "crate-name="
_CONTAINS_TAG = "sbom-contains="

# The attributes by which one target has another linked into itself, or stands for it. Procedural macros and build scripts are not among them.
_EDGES = ["_crates", "deps", "implementation_deps", "link_deps", "program"]

# That of the rule which chooses an executable's allocator; its `deps` are what it asks.
_ALLOCATOR = "program_allocator"
_ALLOCATOR_EDGES = ["_library"]

LinkedInfo = provider(
    doc = "What a target is, or is linked with.",
    fields = {
        "libraries": "depset: a struct for each crate, and each library in C, that may be linked: see `_library`.",
        "manifests": "depset[File]: the crates' Cargo.toml files.",
        "roots": "tuple[str]: the labels of those that are linked where this target is named.",
    },
)

LinkedFilesInfo = provider(
    doc = "The library of a zip, and what is linked into it.",
    fields = {
        "library": "File: the library with its symbol table.",
        "linked": "LinkedInfo: what it is linked with.",
    },
)

_NOTHING = LinkedInfo(libraries = depset(), manifests = depset(), roots = ())

def _library(label, tags, deps, crate = None, manifest = None, version = ""):
    """Describes a crate or a library in C, in what a depset can hold."""
    tags = tags or []
    packages = [tag.removeprefix(_PACKAGE_TAG) for tag in tags if tag.startswith(_PACKAGE_TAG)]
    return struct(
        contains = tuple([tag.removeprefix(_CONTAINS_TAG) for tag in tags if tag.startswith(_CONTAINS_TAG)]),
        crate = crate.name if crate else "",
        deps = deps,
        label = label,
        manifest = manifest.path if manifest else None,
        package = packages[0] if packages else "",
        version = version,
    )

def _library_line(library):
    return json.encode(library)

def _c_label(label):
    """Names a library in C: by its repository if that is another, of which it may be one of many parts."""
    return "@@" + label.repo_name if label.workspace_root else readable(label)

def _manifest(ctx, crate):
    """The Cargo.toml beside a crate's sources, if it is among what the crate is compiled with; as it is for crate_universe's."""
    above = [
        file
        for file in getattr(ctx.rule.files, "compile_data", [])
        if file.basename == "Cargo.toml" and crate.root.path.startswith(file.path.removesuffix("Cargo.toml"))
    ]
    return sorted(above, key = lambda file: -len(file.path))[0] if above else None

def _below(ctx):
    """The LinkedInfo of what a target has linked into itself, or stands for."""
    edges = _EDGES + (["srcs"] if ctx.rule.kind == "filegroup" else [])
    if ctx.rule.kind == _ALLOCATOR:
        edges = _ALLOCATOR_EDGES if ctx.rule.attr.allocator != "system" else []
    found = []
    for edge in edges:
        targets = getattr(ctx.rule.attr, edge, None) or []
        for target in targets if type(targets) == "list" else [targets]:
            if type(target) == "Target" and LinkedInfo in target:
                found.append(target[LinkedInfo])
    return found

def _linked_aspect_impl(target, ctx):
    # A build script is run; Python's libraries are named by what of them is packed, and C++'s standard one by the toolchain.
    if BuildInfo in target or PyInfo in target or ctx.rule.kind == "cxx_runtime":
        return [_NOTHING]
    below = _below(ctx)
    roots = {root: None for linked in below for root in linked.roots}.keys()
    libraries = []
    manifest = None
    tags = getattr(ctx.rule.attr, "tags", [])
    crate = target[rust_common.crate_info] if rust_common.crate_info in target else None
    if crate and crate.type == "proc-macro":
        return [_NOTHING]
    if crate and crate.owner != target.label:
        # One that stands for a crate.
        roots = [readable(crate.owner)]
    elif crate:
        manifest = _manifest(ctx, crate)
        libraries.append(_library(
            label = readable(target.label),
            crate = crate,
            deps = tuple(roots),
            manifest = manifest,
            tags = tags,
            version = getattr(ctx.rule.attr, "version", ""),
        ))
        roots = [libraries[0].label]
    elif rust_common.crate_group_info in target:
        roots = [
            readable(variant.crate_info.owner)
            for variant in target[rust_common.crate_group_info].dep_variant_infos.to_list()
            if variant.crate_info and variant.crate_info.type != "proc-macro"
        ]
    elif CcInfo in target and rust_common.dep_info not in target and ctx.rule.kind != _ALLOCATOR:
        label = _c_label(target.label)
        libraries.append(_library(
            label = label,
            deps = tuple([root for root in roots if root != label]),
            tags = tags,
        ))
        roots = [label]
    return [LinkedInfo(
        libraries = depset(libraries, transitive = [linked.libraries for linked in below]),
        manifests = depset([manifest] if manifest else [], transitive = [linked.manifests for linked in below]),
        roots = tuple(roots),
    )]

linked_aspect = aspect(
    doc = "Collects the crates and libraries that a target is linked with.",
    implementation = _linked_aspect_impl,
    attr_aspects = _EDGES + _ALLOCATOR_EDGES + ["srcs"],
)

# For the rules that describe what they pack.
SBOM_ATTRS = {
    "_cc_toolchains": attr.label(default = "//rules/settings:cc_toolchains", providers = [BuildSettingInfo]),
    "_own_version": attr.label(default = "//rules/private:own_version"),
    "_zig_version": attr.label(default = "@rules_rust_lambda_zig//:version", providers = [BuildSettingInfo]),
}

OwnVersionInfo = provider(
    doc = "The version of these rules.",
    fields = {"version": "str: as MODULE.bazel says; empty in a workspace without modules."},
)

def _own_version_impl(ctx):
    return [OwnVersionInfo(version = ctx.attr.version)]

own_version = rule(
    doc = "Tells rules the version of these rules.",
    implementation = _own_version_impl,
    attrs = {"version": attr.string(doc = "The version.")},
)

def linked_of(targets):
    """Joins what targets are linked with.

    Args:
      targets: Targets under `linked_aspect`; source files among them are linked with nothing.

    Returns:
      A LinkedInfo.
    """
    infos = [target[LinkedInfo] for target in targets if LinkedInfo in target]
    return joined(infos)

def joined(infos):
    """Joins what is linked into several files.

    Args:
      infos: LinkedInfo of each.

    Returns:
      A LinkedInfo.
    """
    return LinkedInfo(
        libraries = depset(transitive = [linked.libraries for linked in infos]),
        manifests = depset(transitive = [linked.manifests for linked in infos]),
        roots = tuple({root: None for linked in infos for root in linked.roots}.keys()),
    )

def documents_of(target):
    """Returns the documents that describe a target.

    Args:
      target: a zip or a layer, perhaps of a rule of somebody's own.

    Returns:
      A depset of Files.
    """
    return getattr(target[OutputGroupInfo], "sbom", depset()) if OutputGroupInfo in target else depset()

def sbom(ctx, linked, code, beside, has_shim = False, layers = []):
    """Describes what a zip or a layer is made of.

    Args:
      ctx: of a rule with `BUILD_TOOL` among its toolchains, and SBOM_ATTRS.
      linked: LinkedInfo of all that is packed.
      code: the Files of libraries and programs that are packed, each as it was before it was stripped.
      beside: what `lay_contents` returns.
      has_shim: whether a shim of these rules is packed.
      layers: Targets of the layers that are unpacked beside it.

    Returns:
      A depset of Files, for the output group `sbom`: the document, and those of its layers. The actions run where they are asked for.
    """
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add_all(linked.libraries, map_each = _library_line)
    listed = ctx.actions.declare_file(ctx.label.name + ".linked")
    ctx.actions.write(listed, lines)
    output = ctx.actions.declare_file(ctx.label.name + ".cdx.json")
    arguments = ctx.actions.args()
    arguments.add("sbom")
    arguments.add("--output", output)
    arguments.add("--label", readable(ctx.label))
    arguments.add("--linked", listed)
    arguments.add_all(list(linked.roots), before_each = "--root")
    arguments.add_all(code, before_each = "--code")
    arguments.add("--list", beside.list)
    arguments.add_all(OWN_CRATES, before_each = "--own")
    arguments.add("--own-version", ctx.attr._own_version[OwnVersionInfo].version)
    if has_shim:
        arguments.add("--shim")

    # Toolchains of the user's come before zig's.
    if linked.roots and not ctx.attr._cc_toolchains[BuildSettingInfo].value:
        arguments.add("--zig", ctx.attr._zig_version[BuildSettingInfo].value)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = depset(
            [listed, beside.list] + code + [file for _, file in beside.files],
            transitive = [linked.manifests],
        ),
        outputs = [output],
        mnemonic = "LambdaSbom",
        progress_message = "Describing what %{label} is made of",
    )
    return depset([output], transitive = [documents_of(layer) for layer in layers])
