"""The zip of a layer."""

load("//rules:providers.bzl", "LambdaLayerInfo", "LambdaZipInfo")
load("//rules/tools:toolchain.bzl", "BUILD_TOOL", "run_build_tool")
load(":attributes.bzl", "closest", "readable")
load(":pack.bzl", "data_name", "lay_contents")
load(":platform.bzl", "ANY_ARCHITECTURE", "CPUS", "layered_transition")
load(":profile.bzl", "PROFILE_ATTRS", "is_dev")
load(":runtimes.bzl", "RUNTIMES", "loading_runtimes")
load(":sbom.bzl", "LinkedFilesInfo", "SBOM_ATTRS", "joined", "linked_aspect", "linked_of", "sbom")

# What Lambda takes of a layer's `CompatibleRuntimes`.
_MOST_RUNTIMES = 15

# Where Lambda's runtimes look for the library of functions: ctypes in `LD_LIBRARY_PATH`, Python's import in `sys.path`.
_LIBRARY_FOLDERS = {
    "ctypes": "lib",
    "extension": "python",
    "native": "python",
}

# The attributes whose files lie in folders of their own, under their own names, and those folders.
_FLAT = ["bin", "extensions", "lib"]

# All whose value is a list of targets.
_LISTS = _FLAT + ["data", "python"]

def _named(ctx):
    """Names files of `python` and `data` by their paths, without `strip_prefix`."""
    stripped = ctx.attr.strip_prefix.strip("/") + "/" if ctx.attr.strip_prefix else ""
    files = [("python/", file) for file in ctx.files.python] + [("", file) for file in ctx.files.data]
    names = [(folder, data_name(ctx, file), file) for folder, file in files]
    if stripped and not [name for _, name, _ in names if name.startswith(stripped)]:
        fail("{}: strip_prefix is `{}`, and no file of `python` or `data` lies there; it is a folder of the package.".format(
            readable(ctx.label),
            ctx.attr.strip_prefix,
        ))
    return [(folder + name.removeprefix(stripped), file) for folder, name, file in names]

def _placed(ctx):
    """Places the files of `files` where it says."""
    placed = []
    for target, path in ctx.attr.files.items():
        files = target[DefaultInfo].files.to_list()
        if len(files) == 1 and not path.endswith("/"):
            placed.append((path, files[0]))
        else:
            folder = path.strip("/")
            placed += [((folder + "/" if folder else "") + file.basename, file) for file in files]
    return placed

def _wrong(ctx):
    """Says, all at once, what of the attributes Lambda would not take."""
    wrong = []
    for runtime in ctx.attr.runtimes:
        if runtime not in RUNTIMES:
            meant = closest(runtime, RUNTIMES.keys())
            wrong.append("runtimes has `{}`{}; there are {}".format(
                runtime,
                ", for `{}`?".format(meant) if meant else "",
                ", ".join(["`{}`".format(known) for known in RUNTIMES]),
            ))
    if len(ctx.attr.runtimes) > _MOST_RUNTIMES:
        wrong.append("`runtimes` has {}, and Lambda takes {}".format(len(ctx.attr.runtimes), _MOST_RUNTIMES))
    folders = [readable(file.owner) for file in ctx.files.extensions if file.is_directory]
    if folders:
        wrong.append("`extensions` has the folder {}, and Lambda starts files; name them".format(", ".join(folders)))
    return wrong

def _wrong_library(ctx, label, info):
    """Says what is wrong with the zip whose library the layer takes."""
    if not info.library:
        return ["{} is for {}, which runs its program as it is: it has no shared library; take `library` out, or name a zip for one of Python's runtimes".format(label, info.runtime)]
    wrong = []
    if info.architecture != ctx.attr.architecture:
        wrong.append("the library of {} is for {}, and architecture is `{}`; set `architecture = \"{}\"`".format(
            label,
            info.architecture,
            ctx.attr.architecture,
            info.architecture,
        ))
    loading = loading_runtimes(info.glibc)
    others = [runtime for runtime in ctx.attr.runtimes if runtime in RUNTIMES and runtime not in loading]
    if others:
        wrong.append("the library of {} is built for glibc {}, and {} can't load it: it can be loaded by {}; set the oldest of `runtimes` as the zip's `runtime`, or the `glibc` that it has".format(
            label,
            info.glibc,
            ", ".join(others),
            ", ".join(loading),
        ))
    return wrong

def _lambda_layer_impl(ctx):
    wrong = _wrong(ctx)
    info = ctx.attr.library[LambdaZipInfo] if ctx.attr.library else None
    if info:
        wrong += _wrong_library(ctx, readable(ctx.attr.library.label), info)
    if wrong:
        fail("{}: {}.".format(readable(ctx.label), ";\n  and ".join(wrong)))
    files = _named(ctx) + _placed(ctx)
    for folder in _FLAT:
        files += [("{}/{}".format(folder, file.basename), file) for file in getattr(ctx.files, folder)]
    library = None
    runtimes = ctx.attr.runtimes
    if info:
        library = struct(
            dispatch = info.dispatch,
            file = info.library,
            folder = _LIBRARY_FOLDERS[info.dispatch],
            handlers = info.handlers,
            zip = ctx.attr.library.label,
        )
        files.append(("{}/{}".format(library.folder, library.file.basename), library.file))
        runtimes = runtimes or loading_runtimes(info.glibc)
    beside = lay_contents(ctx, files)
    zip = ctx.actions.declare_file(ctx.label.name + ".zip")
    arguments = ctx.actions.args()
    arguments.add("lambda-layer")
    arguments.add("--output", zip)
    arguments.add("--list", beside.list)
    arguments.add("--architecture", ctx.attr.architecture)
    arguments.add("--label", readable(ctx.label))
    if is_dev(ctx):
        arguments.add("--fast")
    inputs = [file for _, file in files]
    run_build_tool(
        ctx,
        arguments = [arguments],
        inputs = [beside.list] + inputs,
        outputs = [zip],
        mnemonic = "LambdaLayer",
        progress_message = "Packing the layer %{label}",
    )
    linked = [linked_of(ctx.attr.files.keys() + [target for name in _LISTS for target in getattr(ctx.attr, name)])]
    of_library = [ctx.attr.library[LinkedFilesInfo]] if info and LinkedFilesInfo in ctx.attr.library else []
    return of_library + [
        DefaultInfo(files = depset([zip])),
        OutputGroupInfo(sbom = sbom(
            ctx,
            joined(linked + [files.linked for files in of_library]),
            [files.library for files in of_library],
            beside,
        )),
        LambdaLayerInfo(
            architecture = ctx.attr.architecture,
            files = depset(inputs),
            label = ctx.label,
            library = library,
            list = beside.list,
            runtimes = runtimes,
            zip = zip,
        ),
    ]

def _files_attr(doc):
    return attr.label_list(doc = doc, allow_files = True, aspects = [linked_aspect], cfg = layered_transition)

lambda_layer = rule(
    doc = "Packs a layer. Used through the macro `lambda_layer`.",
    implementation = _lambda_layer_impl,
    attrs = PROFILE_ATTRS | SBOM_ATTRS | {
        "architecture": attr.string(
            doc = "The architecture that it is for, as Lambda calls it, or `any`.",
            default = "x86_64",
            values = CPUS.keys() + [ANY_ARCHITECTURE],
        ),
        "bin": _files_attr("What lies in `bin`."),
        "data": _files_attr("What lies at its path in the package."),
        "extensions": _files_attr("What lies in `extensions`, and is started."),
        "files": attr.label_keyed_string_dict(
            doc = "Files, and their paths in the layer.",
            allow_files = True,
            aspects = [linked_aspect],
            cfg = layered_transition,
        ),
        "lib": _files_attr("What lies in `lib`."),
        "library": attr.label(doc = "A zip, whose shared library it takes.", providers = [LambdaZipInfo]),
        "python": _files_attr("What lies in `python`, at its path in the package."),
        "runtimes": attr.string_list(doc = "The runtimes that it is for; any by default."),
        "strip_prefix": attr.string(doc = "The folder of the package that paths of `python` and `data` start below."),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    provides = [LambdaLayerInfo],
    toolchains = [BUILD_TOOL],
)
