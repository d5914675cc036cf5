"""The rewriting of a program's sources."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("@rules_rust//rust:rust_common.bzl", "BuildInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "owner")
load(":beside.bzl", "beside_aspect", "has_extension", "workspace_crates")
load(":lambda_runtime.bzl", "crates_of", "find_lambda_runtime", "is_framework", "lambda_runtime_aspect")
load(":names.bzl", "wrong_crate_name", "wrong_handler")

def _crate_root(ctx):
    """Finds the file that holds `main` the way rules_rust does."""
    if ctx.file.crate_root:
        return ctx.file.crate_root
    sources = [file for file in ctx.files.srcs if file.extension == "rs"]
    for name in ["main.rs", ctx.attr.program_name + ".rs"]:
        found = [file for file in sources if file.basename == name]
        if len(found) == 1:
            return found[0]
    if len(sources) == 1:
        return sources[0]
    fail("{}: which of the `srcs` holds `main`? None is main.rs or {}.rs; set `crate_root`.".format(
        owner(ctx),
        ctx.attr.program_name,
    ))

def _crate_arguments(ctx):
    """Returns what the rewriter is told of the crates that the program depends on, and of its lambda_runtime."""
    aliases = {target.label: name for target, name in ctx.attr.aliases.items()}
    crates = crates_of(ctx.attr.deps)
    extensions = [crate.label for crate in crates_of([dep for dep in ctx.attr.deps if has_extension(dep)])]
    bridged = find_lambda_runtime(crates_of([ctx.attr.bridge] if ctx.attr.bridge else []) or crates)
    arguments = ctx.actions.args()
    if bridged and bridged.version:
        arguments.add("--lambda-runtime", bridged.version)
    for crate in crates:
        name = aliases.get(crate.label, crate.name)
        arguments.add("--dep", name if name == crate.name else "{}={}".format(name, crate.name))
        if is_framework(crate):
            arguments.add("--framework", name)
        if crate.label in extensions:
            arguments.add("--extension", name)
        if crate.runtime and bridged and crate.runtime.label != bridged.label:
            arguments.add("--other-runtime", "{}={}".format(name, crate.runtime.version or "(unknown)"))
    return arguments

# What rustc calls the architectures that there are platforms for.
_TARGET_ARCHS = {
    "@platforms//cpu:aarch64": "aarch64",
    "@platforms//cpu:x86_64": "x86_64",
}

def _configuration_arguments(ctx):
    """Returns what the rewriter is told of the configuration that rustc compiles the program in, and the files that say more."""
    arguments = ctx.actions.args()
    arguments.add_all(ctx.attr.crate_features, before_each = "--feature")

    # As rules_rust's toolchains have it.
    flags = ["-Copt-level=" + ("3" if ctx.var["COMPILATION_MODE"] == "opt" else "0")]
    flags += ctx.attr._extra_rustc_flags[BuildSettingInfo].value + ctx.attr.rustc_flags
    arguments.add_all(flags, format_each = "--rustc-flag=%s")
    files = [dep[BuildInfo].flags for dep in ctx.attr.deps if BuildInfo in dep and dep[BuildInfo].flags]
    arguments.add_all(files, before_each = "--rustc-flags-file")
    for constraint, arch in ctx.attr._target_archs.items():
        if ctx.target_platform_has_constraint(constraint[platform_common.ConstraintValueInfo]):
            arguments.add("--target-arch", arch)
    return arguments, files

def _names(ctx):
    """Returns the handler's name; or fails if it or the crate has one that can't be."""
    handler = ctx.attr.handler or ctx.attr.crate_name
    wrong = [
        (attribute, message)
        for attribute, message in [
            ("crate_name", wrong_crate_name(ctx.attr.crate_name)),
            ("handler", wrong_handler(handler)),
        ]
        if message
    ]
    if wrong:
        fail("{}: {}. Set {} (by default, {} the target's name).".format(
            owner(ctx),
            ", and ".join(["as a {}, {}".format(attribute.removesuffix("_name"), message) for attribute, message in wrong]),
            " and ".join(["`{}`".format(attribute) for attribute, _ in wrong]),
            "both are" if len(wrong) > 1 else "it is",
        ))
    return handler

def _engine(ctx):
    """Returns the engine that is asked for; or fails if the dispatch needs another."""
    if ctx.attr.dispatch != "native":
        return ctx.attr.engine

    # What runs as it is can take a process over, and be called where it must not.
    if ctx.attr.engine not in ["auto", "loopback"]:
        fail("{}: `dispatch = \"native\"` runs the program's own event loop; take `engine = \"{}\"` out.".format(
            owner(ctx),
            ctx.attr.engine,
        ))
    return "loopback"

def _rewrite_impl(ctx):
    handler = _names(ctx)
    engine = _engine(ctx)
    crate_root = _crate_root(ctx)
    folder = ctx.attr.name

    def output_for(file):
        # Where it is in the workspace, so that files of other packages are beside it as they were. A generated file's path starts with
        # the configuration's folder, which is not the author's.
        path = file.path[len(file.root.path) + 1:] if file.root.path else file.path
        return ctx.actions.declare_file("{}/{}".format(folder, path))

    manifest = ctx.actions.declare_file(folder + ".manifest.json")
    arguments = ctx.actions.args()
    arguments.add("rewrite")
    arguments.add("--crate-name", ctx.attr.crate_name)
    arguments.add("--crate-root", crate_root)
    arguments.add("--manifest", manifest)
    arguments.add("--engine", engine)
    configuration, flags_files = _configuration_arguments(ctx)
    libraries = workspace_crates(ctx.attr.deps)
    arguments.add_all(libraries.roots, before_each = "--library")
    arguments.add_all(libraries.sources, before_each = "--library-source")
    outputs = []
    rewritten_root = None
    for file in ctx.files.srcs:
        output = output_for(file)
        outputs.append(output)
        arguments.add("--source", "{}={}".format(file.path, output.path))
        if file == crate_root:
            rewritten_root = output
    if not rewritten_root:
        fail("{}: the crate root {} is not among the `srcs`; add it.".format(owner(ctx), crate_root.short_path))
    run_build_tool(
        ctx,
        arguments = [arguments, _crate_arguments(ctx), configuration],
        inputs = depset(ctx.files.srcs + flags_files, transitive = [libraries.sources]),
        outputs = outputs + [manifest],
        mnemonic = "LambdaRewrite",
        progress_message = "Rewriting %{label}",
    )

    # What the sources include by relative paths lies beside them again.
    data = []
    for file in ctx.files.compile_data:
        output = output_for(file)
        ctx.actions.symlink(output = output, target_file = file)
        data.append(output)
    return [
        DefaultInfo(files = depset(outputs)),
        OutputGroupInfo(
            compile_data = depset(data),
            crate_root = depset([rewritten_root]),
            manifest = depset([manifest]),
            rewritten_sources = depset(outputs),
        ),
        LambdaFunctionInfo(
            crate_name = ctx.attr.crate_name,
            crate_root = rewritten_root,
            handler = handler,
            manifest = manifest,
            sources = depset(outputs),
        ),
    ]

rewrite = rule(
    doc = "Rewrites a program's sources into a library's.",
    implementation = _rewrite_impl,
    attrs = OWNER_ATTRS | {
        "aliases": attr.label_keyed_string_dict(doc = "As in rules_rust."),
        "bridge": attr.label(doc = "The bridge, if it is not the program's own.", aspects = [lambda_runtime_aspect]),
        "compile_data": attr.label_list(doc = "As in rules_rust.", allow_files = True),
        "crate_features": attr.string_list(doc = "As in rules_rust."),
        "crate_name": attr.string(doc = "The name of the program's crate.", mandatory = True),
        "crate_root": attr.label(doc = "As in rules_rust.", allow_single_file = [".rs"]),
        "deps": attr.label_list(doc = "As in rules_rust.", aspects = [lambda_runtime_aspect, beside_aspect]),
        "dispatch": attr.string(doc = "The `dispatch` of the zip.", default = "ctypes"),
        "engine": attr.string(
            doc = "How `main` is driven.",
            default = "auto",
            values = ["auto", "inline", "thread", "loopback"],
        ),
        "handler": attr.string(doc = "The function's name in the handler setting; the crate's by default."),
        "program_name": attr.string(doc = "The name that a `.rs` file with `main` may have.", mandatory = True),
        "rustc_flags": attr.string_list(doc = "As in rules_rust."),
        "srcs": attr.label_list(doc = "The program's sources.", allow_files = [".rs"], mandatory = True),
        "_extra_rustc_flags": attr.label(default = "//rules/settings:extra_rustc_flags"),
        "_target_archs": attr.label_keyed_string_dict(default = _TARGET_ARCHS),
    },
    provides = [LambdaFunctionInfo],
    toolchains = [BUILD_TOOL],
)
