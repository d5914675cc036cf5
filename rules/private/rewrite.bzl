"""The rewriting of a program's sources."""

load("@bazel_skylib//rules:common_settings.bzl", "BuildSettingInfo")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")
load("@rules_rust//rust:rust_common.bzl", "BuildInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "owner")
load(":beside.bzl", "beside_aspect", "has_extension", "workspace_crates")
load(":lambda_runtime.bzl", "LambdaCratesInfo", "crates_of", "find_lambda_runtime", "is_framework", "lambda_runtime_aspect")
load(":locations.bzl", "expand", "lines")
load(":names.bzl", "wrong_crate_name", "wrong_handler")
load(":rewritten_tree.bzl", "lay_out", "path_in_workspace")

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

def _repository(crates):
    """Returns the repository that the crates come from, as the program's author names it; None if crate_universe has made none."""
    for crate in crates:
        # That of a crate is HUB__CRATE-VERSION, behind the extension's own name if there is one.
        hub, separator, _ = crate.label.repo_name.partition("__")
        if separator:
            return "@" + hub.replace("~", "+").rpartition("+")[2]
    return None

def _knows_all_crates(ctx):
    """Whether the crates of the dependencies are all that rustc is given by name."""
    known = [LambdaCratesInfo, BuildInfo, CcInfo]
    return not [
        dep
        for dep in ctx.attr.deps + ctx.attr.proc_macro_deps
        if not [provider for provider in known if provider in dep]
    ] and not [flag for flag in ctx.attr.rustc_flags if flag.startswith("@")]

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
    proc_macros = crates_of(ctx.attr.proc_macro_deps)
    for crate in proc_macros:
        arguments.add("--proc-macro", aliases.get(crate.label, crate.name))
    if _knows_all_crates(ctx):
        arguments.add("--all-crates")
    repository = _repository(crates + proc_macros)
    if repository:
        arguments.add("--crates-repository", repository)
    return arguments

# What rustc calls the architectures that there are platforms for.
_TARGET_ARCHS = {
    "@platforms//cpu:aarch64": "aarch64",
    "@platforms//cpu:x86_64": "x86_64",
}

def _configuration_arguments(ctx, tree, rustc_flags):
    """Returns what the rewriter is told of the configuration that rustc compiles the program in, and the files that say more."""
    arguments = ctx.actions.args()
    arguments.add_all(ctx.attr.crate_features, before_each = "--feature")

    # As rules_rust's toolchains have it.
    flags = ["-Copt-level=" + ("3" if ctx.var["COMPILATION_MODE"] == "opt" else "0")]
    flags += ctx.attr._extra_rustc_flags[BuildSettingInfo].value + rustc_flags
    arguments.add_all([flag for flag in flags if not flag.startswith("@")], format_each = "--rustc-flag=%s")
    files = [dep[BuildInfo].flags for dep in ctx.attr.deps if BuildInfo in dep and dep[BuildInfo].flags]

    # Those that a flag names may be any of the data.
    named = [flag.removeprefix("@").removeprefix("${pwd}/") for flag in flags if flag.startswith("@")]
    candidates = tree.data.values() + ctx.files.data if named else []
    files += [file for file in candidates if file.path in named]
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

def _expand(ctx, value, tree):
    return expand(ctx, value, ctx.attr.compile_data + ctx.attr.data, tree.moved)

def _rustc_env(ctx, tree):
    """Writes what the compiler's environment has besides what rules_rust gives each crate."""
    variables = {"CARGO_MANIFEST_DIR": "${pwd}/" + tree.manifest_dir}
    for name, value in ctx.attr.rustc_env.items():
        if value.endswith("\n"):
            fail("{}: in `rustc_env`, {} ends with a line break, which can't be handed to the compiler; take it out, or have the text in a file of `compile_data` and include that.".format(owner(ctx), name))
        variables[name] = _expand(ctx, value, tree)
    output = ctx.actions.declare_file(ctx.attr.name + ".rustc_env")
    ctx.actions.write(output, lines(["{}={}".format(name, value) for name, value in variables.items()]))
    return output

def _rustc_flags(ctx, tree, rustc_flags):
    """Writes what the compiler is told besides what rules_rust tells it of each crate."""
    flags = [
        # Messages and panics name the author's files.
        "--remap-path-prefix={}/=".format(tree.root),
        # What was rewritten may leave an import unused, which an author who denies warnings is not to hear of.
        "-Aunused_imports",
        "--cap-lints=warn",
    ]
    output = ctx.actions.declare_file(ctx.attr.name + ".rustc_flags")
    ctx.actions.write(output, lines(flags + rustc_flags))
    return output

def _rewrite_impl(ctx):
    handler = _names(ctx)
    engine = _engine(ctx)
    crate_root = _crate_root(ctx)
    tree = lay_out(ctx, ctx.attr.name)
    if crate_root not in tree.sources:
        fail("{}: the crate root {} is not among the `srcs`; add it.".format(owner(ctx), crate_root.short_path))
    manifest = ctx.actions.declare_file(ctx.attr.name + ".manifest.json")
    arguments = ctx.actions.args()
    arguments.add("rewrite")
    arguments.add("--crate-name", ctx.attr.crate_name)
    arguments.add("--crate-root", crate_root)
    arguments.add("--manifest", manifest)
    arguments.add("--engine", engine)
    rustc_flags = [_expand(ctx, flag, tree) for flag in ctx.attr.rustc_flags]
    configuration, flags_files = _configuration_arguments(ctx, tree, rustc_flags)
    libraries = workspace_crates(ctx.attr.deps)
    arguments.add_all(libraries.roots, before_each = "--library")
    arguments.add_all(libraries.sources, before_each = "--library-source")
    for file, output in tree.sources.items():
        arguments.add("--source", "{}={}".format(file.path, output.path))
    arguments.add_all([path_in_workspace(file) for file in tree.data], before_each = "--data")
    arguments.add("--all-files")
    outputs = tree.sources.values()
    run_build_tool(
        ctx,
        arguments = [arguments, _crate_arguments(ctx), configuration],
        inputs = depset(tree.sources.keys() + flags_files, transitive = [libraries.sources]),
        outputs = outputs + [manifest],
        mnemonic = "LambdaRewrite",
        progress_message = "Rewriting %{label}",
    )
    return [
        DefaultInfo(files = depset(outputs)),
        OutputGroupInfo(
            compile_data = depset(tree.data.values()),
            crate_root = depset([tree.sources[crate_root]]),
            manifest = depset([manifest]),
            rewritten_sources = depset(outputs),
            rustc_env = depset([_rustc_env(ctx, tree)]),
            rustc_flags = depset([_rustc_flags(ctx, tree, rustc_flags)]),
        ),
        LambdaFunctionInfo(
            crate_name = ctx.attr.crate_name,
            crate_root = tree.sources[crate_root],
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
        "data": attr.label_list(doc = "What `rustc_env` and `rustc_flags` may name besides `compile_data`.", allow_files = True),
        "deps": attr.label_list(doc = "As in rules_rust.", aspects = [lambda_runtime_aspect, beside_aspect]),
        "dispatch": attr.string(doc = "The `dispatch` of the zip.", default = "extension"),
        "engine": attr.string(
            doc = "How `main` is driven.",
            default = "auto",
            values = ["auto", "inline", "thread", "loopback"],
        ),
        "handler": attr.string(doc = "The function's name in the handler setting; the crate's by default."),
        "proc_macro_deps": attr.label_list(doc = "As in rules_rust; they are looked at for their names alone.", aspects = [lambda_runtime_aspect], cfg = "exec"),
        "program_name": attr.string(doc = "The name that a `.rs` file with `main` may have.", mandatory = True),
        "rustc_env": attr.string_dict(doc = "As in rules_rust."),
        "rustc_flags": attr.string_list(doc = "As in rules_rust."),
        "srcs": attr.label_list(doc = "The program's sources.", allow_files = [".rs"], mandatory = True),
        "_extra_rustc_flags": attr.label(default = "//rules/settings:extra_rustc_flags"),
        "_target_archs": attr.label_keyed_string_dict(default = _TARGET_ARCHS),
    },
    provides = [LambdaFunctionInfo],
    toolchains = [BUILD_TOOL],
)
