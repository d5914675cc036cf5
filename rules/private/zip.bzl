"""The zip: a shared library for Lambda's platform, and the shim that calls it."""

load("@rules_rust//rust:rust_common.bzl", "CrateInfo", "DepInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":allocator.bzl", "rlibs_of")
load(":attributes.bzl", "readable")
load(":check.bzl", "check_library")
load(":image_layers.bzl", "image_layers")
load(":layers.bzl", "layers_of")
load(":pack.bzl", "PACK_ATTRS", "data_contents", "lay_contents", "pack")
load(":platform.bzl", "CPUS", "lambda_transition")
load(":profile.bzl", "is_dev")
load(":python_deps.bzl", "PYTHON_DEPS_ATTRS", "python_deps_contents")
load(":root_crate.bzl", "exported_prefixes", "library_name")
load(":runtimes.bzl", "glibc_for")
load(":sbom.bzl", "LinkedFilesInfo", "SBOM_ATTRS", "joined", "linked_aspect", "linked_of", "sbom")
load(":shim.bzl", "SHIM_ATTRS", "shim", "wrong_shim")
load(":unversioned.bzl", "check_versions", "unversioned_aspect")

def _strip(ctx, linked):
    library = ctx.actions.declare_file("{}_library/{}.so".format(ctx.label.name, library_name(ctx.attr.crate_name)))
    if is_dev(ctx):
        ctx.actions.symlink(output = library, target_file = linked)
        return library
    arguments = ctx.actions.args()
    arguments.add("strip")
    arguments.add("--library", linked)
    arguments.add("--output", library)
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [linked],
        outputs = [library],
        mnemonic = "LambdaStripLibrary",
        progress_message = "Stripping the shared library of %{label}",
    )
    return library

# What CloudFront takes for viewer events: 1 MB.
_EDGE_LIMIT = 1000000

def _check_attributes(ctx):
    """Refuses, all at once, what can't be packed or would not run."""
    wrong = wrong_shim(ctx)
    if ctx.attr.dispatch == "native" and ctx.attr.shared:
        wrong.append("with `dispatch = \"native\"` a program takes the process over; pack each of `functions` in a zip of its own")
    if ctx.attr.edge and ctx.attr.architecture != "x86_64":
        wrong.append("Lambda@Edge runs on x86_64, and architecture is `{}`; take `edge` or `architecture` out".format(ctx.attr.architecture))
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))

def _check_names(ctx):
    """Refuses functions that index.py or the library's root crate could not tell apart."""
    handlers = {}
    crates = {}
    for target in ctx.attr.functions:
        function = target[LambdaFunctionInfo]
        for names, name, attribute in [(handlers, function.handler, "handler"), (crates, function.crate_name, "crate_name")]:
            if name in names:
                fail("{}: {} and {} have the same `{}`, `{}`; set another for one of them.".format(
                    readable(ctx.label),
                    readable(names[name]),
                    readable(target.label),
                    attribute,
                    name,
                ))
            names[name] = target.label

def _lambda_zip_impl(ctx):
    _check_attributes(ctx)

    # A transition makes a list of what it leads to.
    linked = ctx.files.library[0]
    library = _strip(ctx, linked)
    functions = [function[LambdaFunctionInfo] for function in ctx.attr.functions]
    _check_names(ctx)
    check_versions(readable(ctx.label), ctx.attr.functions)
    rlibs = rlibs_of(ctx.attr.functions)
    shims = shim(ctx, library_name(ctx.attr.crate_name), [function.handler for function in functions])
    limit = "{}=on Lambda@Edge, for viewer events".format(_EDGE_LIMIT) if ctx.attr.edge else None
    beside = lay_contents(ctx, data_contents(ctx) + python_deps_contents(ctx).items())
    zip, contents = pack(ctx, {library.basename: library}, shims, beside, limit)
    linked_files = LinkedFilesInfo(library = linked, linked = linked_of(ctx.attr.library))
    return [
        DefaultInfo(files = depset([zip])),
        linked_files,
        OutputGroupInfo(
            manifest = depset([function.manifest for function in functions]),
            rewritten_sources = depset(transitive = [function.sources for function in functions]),
            sbom = sbom(
                ctx,
                joined([linked_files.linked, linked_of(ctx.attr.data)]),
                [linked],
                beside,
                has_shim = True,
                layers = ctx.attr.layers,
            ),
            shared_library = depset([library]),
            symbols = depset([linked]),
            _validation = depset([check_library(ctx, linked, exported_prefixes(ctx.attr.crate_name), beside, rlibs)]),
        ),
        LambdaZipInfo(
            architecture = ctx.attr.architecture,
            contents = contents,
            dispatch = ctx.attr.dispatch,
            edge = ctx.attr.edge,
            glibc = glibc_for(ctx.attr.runtime, ctx.attr.glibc),
            handlers = ["index." + function.handler for function in functions],
            image_layers = image_layers(ctx, {library.basename: library}, shims, beside),
            layers = layers_of(ctx),
            library = library,
            runtime = ctx.attr.runtime,
            streaming = ctx.attr.dispatch == "native",
            zip = zip,
        ),
    ]

lambda_zip = rule(
    doc = "Packs a shared library and its shim. Used through `rust_lambda_zip`.",
    implementation = _lambda_zip_impl,
    attrs = PACK_ATTRS | PYTHON_DEPS_ATTRS | SBOM_ATTRS | SHIM_ATTRS | {
        "architecture": attr.string(
            doc = "The architecture that the function runs on, as Lambda calls it.",
            default = "x86_64",
            values = CPUS.keys(),
        ),
        "crate_name": attr.string(doc = "What the library is named after.", mandatory = True),
        "functions": attr.label_list(
            doc = "The rewritten programs.",
            aspects = [unversioned_aspect],
            cfg = lambda_transition,
            mandatory = True,
            providers = [CrateInfo, DepInfo, LambdaFunctionInfo],
        ),
        "library": attr.label(
            doc = "The shared library.",
            aspects = [linked_aspect],
            cfg = lambda_transition,
            mandatory = True,
        ),
        "shared": attr.bool(doc = "Whether its functions are targets of the user's own."),
    },
    provides = [LambdaZipInfo],
    toolchains = [BUILD_TOOL],
)
