"""The rewriting of a program's sources."""

load("@rules_rust//rust:rust_common.bzl", "CrateInfo")
load("//rules:providers.bzl", "LambdaFunctionInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "OWNER_ATTRS", "owner")
load(":beside.bzl", "beside_aspect", "has_extension", "workspace_crates")
load(":lambda_runtime.bzl", "find_lambda_runtime", "is_framework", "lambda_runtime_aspect")
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

def _dep_names(ctx, deps):
    """Returns the names under which the program knows direct dependencies."""
    aliases = {target.label: name for target, name in ctx.attr.aliases.items()}
    names = []
    for dep in deps:
        if CrateInfo in dep:
            crate = dep[CrateInfo]
            names.append(aliases.get(dep.label, aliases.get(crate.owner, crate.name)))
    return names

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
    arguments.add_all(_dep_names(ctx, ctx.attr.deps), before_each = "--dep")
    arguments.add_all(
        _dep_names(ctx, [dep for dep in ctx.attr.deps if is_framework(dep)]),
        before_each = "--framework",
    )
    runtime = find_lambda_runtime(ctx.attr.deps)
    if runtime and runtime.version:
        arguments.add("--lambda-runtime", runtime.version)
    arguments.add_all(
        _dep_names(ctx, [dep for dep in ctx.attr.deps if has_extension(dep)]),
        before_each = "--extension",
    )
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
        arguments = [arguments],
        inputs = depset(ctx.files.srcs, transitive = [libraries.sources]),
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
        "compile_data": attr.label_list(doc = "As in rules_rust.", allow_files = True),
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
        "srcs": attr.label_list(doc = "The program's sources.", allow_files = [".rs"], mandatory = True),
    },
    provides = [LambdaFunctionInfo],
    toolchains = [BUILD_TOOL],
)
